// The boxes of a flame graph: drawn, pointed at, walked through by keys.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui/imgui.h>

#include "core/report/wording.h"
#include "viewer/panels/call_parts.h"
#include "viewer/panels/flame_view.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr float kLeastLabel = 34;  // narrower boxes have no text
constexpr float kLabelPadding = 5;
constexpr float kGap = 1;  // between boxes and rows

// Calm: a family's colour lies in the background as water colours do. Calls of one family differ in
// how much of it there is, and lean a little to the next family's colour.
Colour32 colour_of_family(const Palette& palette, const Call& call) {
  constexpr std::size_t kColours = kSeries - 1;
  const float shade = static_cast<float>(call.shade % 5) / 4;
  const float lean = static_cast<float>(call.shade / 5 % 3) * 0.13F;
  const Colour32 own = mixed(series_colour(palette, call.family % kColours),
                             series_colour(palette, (call.family + 1) % kColours), lean);
  return mixed(own, palette.background, palette.dark ? 0.38F + 0.3F * shade : 0.4F + 0.32F * shade);
}

Colour32 colour_of_change(const Palette& palette, double change) {
  const Colour32 same = mixed(palette.background, palette.faint_text, 0.25F);
  if (std::abs(change) < 0.005) return same;
  const Colour32 strongest =
      mixed(change > 0 ? palette.grew : palette.shrank, palette.background, 0.2F);
  return mixed(same, strongest, 0.15F + 0.85F * static_cast<float>(std::abs(change)));
}

}  // namespace

Colour32 FlameView::fill_of(const View& view, const FlameBox& box) const {
  const Palette& palette = view.palette();
  const Call& call = (*calls_)[box.node];
  const Colour32 plain = mixed(palette.background, palette.faint_text, 0.22F);
  Colour32 fill = plain;
  if (box.calls == 1 && calls_->is_compared() && box.node != 0) {
    fill = colour_of_change(palette, relative_change(*calls_, call.cumulative));
  } else if (box.calls == 1 && box.node != 0) {
    fill = colour_of_family(palette, call);
  }
  if (search_.matches() != nullptr) {
    const bool is_match = box.calls == 1 && search_.is_match(box.node);
    fill = is_match ? mixed(palette.match, palette.background, palette.dark ? 0.25F : 0.35F)
                    : mixed(fill, palette.background, 0.6F);
  } else if (call.depth < (*calls_)[zoom_].depth) {
    // What is above the zoom is not what one looks at.
    fill = mixed(fill, palette.background, 0.45F);
  }
  return fill;
}

void FlameView::draw_legend(const View& view) {
  struct Sample {
    double change;
    const char* name;
  };
  constexpr std::array<Sample, 3> kSamples = {{{1, "grew"}, {0, "as before"}, {-1, "shrank"}}};
  for (const auto& [change, name] : kSamples) {
    ImGui::SameLine(0, change > 0 ? ImGui::GetFontSize() : ImGui::GetFontSize() * 0.7F);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float size = ImGui::GetFontSize() * 0.8F;
    const float top = at.y + (ImGui::GetFrameHeight() - size) / 2;
    ImGui::GetWindowDrawList()->AddRectFilled({at.x, top}, {at.x + size, top + size},
                                              colour_of_change(view.palette(), change), 2);
    ImGui::Dummy({size, ImGui::GetFrameHeight()});
    ImGui::SameLine(0, 4);
    ImGui::AlignTextToFramePadding();
    faint_text(view, name);
  }
}

void FlameView::draw_path(View& view) {
  for (const Crumb& crumb : crumbs_) {
    if (&crumb != &crumbs_.front()) {
      ImGui::SameLine(0, 2);
      ImGui::AlignTextToFramePadding();
      faint_text(view, "›");
      ImGui::SameLine(0, 2);
    }
    ImGui::PushID(static_cast<int>(crumb.node));
    if (toggle(view, crumb.name.c_str(), crumb.node == zoom_ && zoom_ != 0)) zoom_out(crumb.node);
    ImGui::PopID();
  }
  if (crumbs_.empty()) ImGui::Dummy({0, ImGui::GetFrameHeight()});
}

// The root and the last calls of the way to the zoom, as far as they fit.
void FlameView::list_crumbs(float width) {
  crumbs_.clear();
  const float most = ImGui::GetFontSize() * 13;
  const float between = ImGui::CalcTextSize("›").x + 2 * ImGui::GetStyle().FramePadding.x + 4;
  const std::vector<std::uint32_t> path = calls_->path(zoom_);
  // The legend of changes stands at the end of the line.
  float left = width - ImGui::GetFontSize() * (calls_->is_compared() ? 20 : 6);
  for (std::size_t i = path.size(); i > 1 && crumbs_.size() < 20; --i) {
    std::string name = fitted(calls_->name(path[i - 1]), most) + "##crumb";
    left -= ImGui::CalcTextSize(name.c_str(), nullptr, true).x + between;
    if (left < 0) break;
    crumbs_.push_back({path[i - 1], std::move(name)});
  }
  const bool is_cut = crumbs_.size() + 1 < path.size();
  crumbs_.push_back({0, is_cut ? "all …##crumb" : "all##crumb"});
  std::reverse(crumbs_.begin(), crumbs_.end());
}

void FlameView::lay_out(float width) {
  if (layout_.weights() == weights_.get() && layout_.zoom() == zoom_ && layout_.width() == width) {
    return;
  }
  layout_ = FlameLayout(weights_, zoom_, width);
  fills_.clear();
  labels_.assign(layout_.boxes().size(), {});
  has_label_.assign(layout_.boxes().size(), false);
  list_crumbs(width);
}

void FlameView::draw_canvas(View& view) {
  if (std::exchange(takes_focus_, false)) ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::BeginChild("boxes", {0, 0}, false, ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  // Its width does not depend on the scrollbar, so that boxes stay where they are.
  lay_out(std::max(1.0F, ImGui::GetWindowWidth() - ImGui::GetStyle().ScrollbarSize));
  colour_boxes(view);
  draw_rows(view);
  follow_pointer(view);
  if (ImGui::BeginPopup("call")) {
    faint_text(view, fitted(calls_->name(menu_), ImGui::GetFontSize() * 24));
    ImGui::Separator();
    if (ImGui::MenuItem("Zoom to the box", "Enter", false, menu_ != zoom_)) {
      (*calls_)[menu_].depth < (*calls_)[zoom_].depth ? zoom_out(menu_) : zoom_to(menu_);
    }
    if (ImGui::MenuItem("Zoom out", "Esc", false, zoom_ != 0)) zoom_out(0);
    if (ImGui::MenuItem("Invert", "i", bottom_up_)) view.choose(Action::kInvert);
    ImGui::Separator();
    draw_call_menu(view, *calls_, menu_);
    ImGui::EndPopup();
  }
  ImGui::EndChild();
}

void FlameView::draw_rows(View& view) {
  const float height = std::floor(ImGui::GetTextLineHeight() + 6);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  drawn_at_ = {.x = at.x, .y = at.y, .row_height = height};
  const auto rows = static_cast<float>(layout_.rows());
  const float seen = ImGui::GetWindowHeight();
  if (std::exchange(scrolls_to_focus_, false)) {
    const float top = static_cast<float>((*calls_)[focused_].depth) * height;
    const float scroll = ImGui::GetScrollY();
    if (top < scroll || top + height > scroll + seen) {
      ImGui::SetScrollY(std::max(0.0F, top - seen * 0.3F));
      view.redraw = true;
    }
  }
  const auto first = static_cast<std::size_t>(ImGui::GetScrollY() / height);
  const auto last =
      std::min(layout_.rows(), static_cast<std::size_t>((ImGui::GetScrollY() + seen) / height) + 1);
  for (std::size_t row = first; row < last; ++row) {
    draw_row(row, at.x, at.y + static_cast<float>(row) * height);
  }
  if (hovered_ != focused_) draw_outline(hovered_, view.palette().text, 1);
  draw_outline(focused_, view.palette().accent, 2);
  ImGui::Dummy({layout_.width(), rows * height});
}

// Colours follow from the layout, the theme and the search: not from the frame.
void FlameView::colour_boxes(const View& view) {
  const std::pair<const CallMatches*, bool> wanted = {search_.matches(), view.palette().dark};
  if (coloured_ == wanted && fills_.size() == layout_.boxes().size()) return;
  coloured_ = wanted;
  fills_.clear();
  fills_.reserve(layout_.boxes().size());
  for (const FlameBox& box : layout_.boxes()) fills_.push_back(fill_of(view, box));
}

// All rectangles of a row at once: a call for each would take most of a frame's time.
void FlameView::draw_row(std::size_t row, float x, float y) {
  constexpr std::size_t kMostAtOnce = 4096;  // indices of vertices have 16 bits
  constexpr int kIndices = 6, kVertices = 4;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float bottom = y + drawn_at_.row_height - kGap;
  const std::size_t first = layout_.start(row);
  const std::size_t end = first + layout_.row(row).size();
  for (std::size_t i = first; i < end; ++i) {
    if ((i - first) % kMostAtOnce == 0) {
      const auto count = static_cast<int>(std::min(kMostAtOnce, end - i));
      list.PrimReserve(count * kIndices, count * kVertices);
    }
    const FlameBox& box = layout_.boxes()[i];
    const float gap = box.right - box.left > 3 ? kGap : 0;
    list.PrimRect({x + box.left, y}, {x + box.right - gap, bottom}, fills_[i]);
  }
  for (std::size_t i = first; i < end; ++i) {
    const FlameBox& box = layout_.boxes()[i];
    if (box.right - box.left >= kLeastLabel && box.calls == 1) draw_label(i, x, y);
  }
}

void FlameView::draw_label(std::size_t number, float x, float y) {
  const FlameBox& box = layout_.boxes()[number];
  if (!has_label_[number]) {
    const std::string name = calls_->name(box.node);
    labels_[number] = fitted(name, box.right - box.left - kGap - 2 * kLabelPadding);
    // Two letters and dots tell nothing.
    if (labels_[number].size() < name.size() && labels_[number].size() < 6) labels_[number].clear();
    has_label_[number] = true;
  }
  const std::string& label = labels_[number];
  if (label.empty()) return;
  const float above = (drawn_at_.row_height - kGap - ImGui::GetTextLineHeight()) / 2;
  ImGui::GetWindowDrawList()->AddText({x + box.left + kLabelPadding, y + std::floor(above)},
                                      text_on(fills_[number]), label.data(),
                                      label.data() + label.size());
}

void FlameView::draw_outline(std::uint32_t node, Colour32 colour, float thickness) const {
  const FlameBox* const box = node == 0 ? nullptr : layout_.find(node);
  if (box == nullptr) return;
  const float y = drawn_at_.y + static_cast<float>((*calls_)[node].depth) * drawn_at_.row_height;
  ImGui::GetWindowDrawList()->AddRect(
      {drawn_at_.x + box->left, y},
      {drawn_at_.x + std::max(box->right - kGap, box->left + 1), y + drawn_at_.row_height - kGap},
      colour, 0, 0, thickness);
}

void FlameView::follow_pointer(View& view) {
  const ImGuiIO& io = ImGui::GetIO();
  const std::uint32_t was = std::exchange(hovered_, 0);
  if (ImGui::IsWindowHovered() && io.MousePos.y >= drawn_at_.y) {
    const auto row = static_cast<std::size_t>((io.MousePos.y - drawn_at_.y) / drawn_at_.row_height);
    const FlameBox* const box = layout_.at(io.MousePos.x - drawn_at_.x, row);
    if (box != nullptr && box->calls > 1) {
      tooltip_of_several(box->calls);
    } else if (box != nullptr) {
      hovered_ = box->node;
      const bool is_above = (*calls_)[box->node].depth < (*calls_)[zoom_].depth;
      call_tooltip(view, *calls_, box->node,
                   is_above ? "Click: zoom out to it. Right click: more"
                            : "Click: zoom in. Right click: more");
      if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
        is_above ? zoom_out(box->node) : zoom_to(box->node);
        focus(box->node, true);
      } else if (ImGui::IsMouseClicked(ImGuiMouseButton_Right)) {
        menu_ = box->node;
        focus(box->node, false);
        ImGui::OpenPopup("call");
      }
    }
  }
  if (was != hovered_) view.redraw = true;
  const bool has_keys = ImGui::IsWindowFocused() && !io.WantTextInput && !io.KeyAlt && !io.KeyCtrl;
  if (!has_keys) return;
  constexpr std::array<std::pair<int, FlameStep>, 4> kKeys = {
      {{GLFW_KEY_UP, FlameStep::kCaller},
       {GLFW_KEY_DOWN, FlameStep::kCallee},
       {GLFW_KEY_LEFT, FlameStep::kPrevious},
       {GLFW_KEY_RIGHT, FlameStep::kNext}}};
  for (const auto& [key, step] : kKeys) {
    if (!ImGui::IsKeyPressed(key)) continue;
    focus(focused_ == 0 && zoom_ != 0 ? zoom_ : step_from(*calls_, layout_, focused_, step), true);
  }
  if (ImGui::IsKeyPressed(GLFW_KEY_ENTER, false)) {
    (*calls_)[focused_].depth < (*calls_)[zoom_].depth ? zoom_out(focused_) : zoom_to(focused_);
  }
}

void FlameView::tooltip_of_several(std::uint32_t calls) {
  ImGui::BeginTooltip();
  text(counted(calls, "call") + ", each too narrow to be seen; zoom to their caller");
  ImGui::EndTooltip();
}

}  // namespace heaptally::view
