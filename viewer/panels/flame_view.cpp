#include "viewer/panels/flame_view.h"

#include <algorithm>
#include <utility>

#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "viewer/model/command_line.h"
#include "viewer/model/key_names.h"
#include "viewer/panels/call_parts.h"
#include "viewer/panels/panel_list.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

// Of a graph that did not change, as many boxes are told to tests.
constexpr std::size_t kToldBoxes = 40;

// Where the same call is in a newer answer.
std::uint32_t moved(const Calls& from, const Calls& to, std::uint32_t node) {
  return node == 0 ? 0 : to.find(from.path_hash(node));
}

}  // namespace

FlameView::FlameView(bool always_compares)
    : always_compares_(always_compares), compares_(always_compares) {}

void FlameView::forget() {
  const bool always_compares = always_compares_;
  slot_.forget();
  search_.forget();
  calls_.reset();
  weights_.reset();
  layout_ = {};
  zooms_.clear();
  zoom_ = focused_ = hovered_ = menu_ = 0;
  compares_ = always_compares;
}

void FlameView::take(std::shared_ptr<const Calls> calls) {
  if (calls == calls_) return;
  if (calls_) {
    zoom_ = moved(*calls_, *calls, zoom_);
    focused_ = moved(*calls_, *calls, focused_);
    for (std::uint32_t& zoom : zooms_) zoom = moved(*calls_, *calls, zoom);
    std::erase(zooms_, zoom_);
  }
  hovered_ = menu_ = 0;
  calls_ = std::move(calls);
}

bool FlameView::ask(View& view) {
  const bool with_other = compares_ && view.other != nullptr;
  const CallsQuestion question = {.generation = view.generation,
                                  .selection = view.selection(),
                                  .group = group_,
                                  .bottom_up = bottom_up_,
                                  .with_other = with_other,
                                  .order = ComparedOrder::kAfter};
  const auto shown =
      slot_.ask(view.worker, question,
                [recording = view.recording, other = view.other](const CallsQuestion& asked) {
                  return Calls(recording, other, asked);
                });
  if (!is_shown(view, shown)) return false;
  is_current_ = shown.is_current;
  take(shown.answer);
  search_.ask(view, calls_);
  return true;
}

void FlameView::draw(View& view) {
  const int frame = ImGui::GetFrameCount();
  takes_focus_ = takes_focus_ || frame > last_frame_ + 1;
  last_frame_ = frame;
  if (view.is_asked(Action::kInvert)) bottom_up_ = !bottom_up_;
  draw_controls(view);
  if (!ask(view)) return;
  draw_calls_heading(view, *calls_, is_current_);
  if (!weights_ || weights_->calls != calls_ || weights_->widths != widths_) {
    weights_ = std::make_shared<const FlameWeights>(calls_, widths_);
  }
  if (weights_->by_node[0] == 0) {
    empty_state(view, "Nothing to show",
                "Nothing of what is selected amounts to anything. Choose another metric or range "
                "above, or clear the filters (c).");
    return;
  }
  follow_keys(view);
  draw_path(view);
  if (calls_->is_compared()) draw_legend(view);
  draw_canvas(view);
}

void FlameView::draw_controls(View& view) {
  group_choice(group_);
  ImGui::SameLine();
  if (toggle(view, "Inverted", bottom_up_)) view.choose(Action::kInvert);
  tooltip("i: from the allocation sites outward, instead of from the outermost calls inward");
  ImGui::SameLine();
  if (toggle(view, "Recursion collapsed", view.selection().collapse_recursion)) {
    view.choose(Action::kRecursion);
  }
  tooltip("r: a call to what is on the way to it already takes no box of its own");
  if (view.other && !always_compares_) {
    ImGui::SameLine();
    const std::string name = "Compared with " + short_text(view.other->name());
    if (toggle(view, (fitted(name, ImGui::GetFontSize() * 16) + "##compare").c_str(), compares_)) {
      compares_ = !compares_;
    }
    tooltip(name + ": colours tell what grew and what shrank from this recording to that one");
  }
  if (calls_ && calls_->is_compared()) {
    ImGui::SameLine();
    auto chosen = static_cast<std::size_t>(widths_);
    if (choice("##widths", {"Wide as now", "Wide as before + now"}, chosen,
               ImGui::GetFontSize() * 13)) {
      widths_ = static_cast<FlameWidths>(chosen);
    }
    tooltip("Wide as now: what vanished is not seen. Before and now added up: it is, too");
  }
  if (const std::ptrdiff_t by = search_.draw(view); by != 0) {
    if (const auto node = search_.step(focused_, by)) focus(*node, true);
    takes_focus_ = true;
  }
}

void FlameView::focus(std::uint32_t node, bool scrolls) {
  focused_ = node;
  scrolls_to_focus_ = scrolls;
}

void FlameView::zoom_to(std::uint32_t node) {
  if (node == zoom_) return;
  zooms_.push_back(zoom_);
  zoom_ = node;
  focus(node, true);
}

// To a caller of the box that is zoomed to: what was zoomed to below it is forgotten.
void FlameView::zoom_out(std::uint32_t node) {
  while (!zooms_.empty() && (*calls_)[zooms_.back()].depth >= (*calls_)[node].depth) {
    zooms_.pop_back();
  }
  zoom_ = node;
  focus(node, true);
}

void FlameView::follow_keys(View& view) {
  // Esc takes back a zoom before it takes back a selection.
  view.takes_back = zoom_ != 0;
  if (view.is_asked(Action::kBack) && zoom_ != 0) {
    const std::uint32_t back = zooms_.empty() ? 0 : zooms_.back();
    if (!zooms_.empty()) zooms_.pop_back();
    const std::uint32_t left = zoom_;
    zoom_ = back;
    focus(left, true);
    view.takes_back = zoom_ != 0;
  }
  do_call_actions(view, *calls_, hovered_ != 0 ? hovered_ : focused_);
}

std::string FlameView::command(const View& view) const {
  if (!calls_ || !view.recording) return {};
  Selection selection = view.selection();
  std::vector<std::string> more;
  if (calls_->question().with_other && view.other) {
    // As they are compared, see Calls.
    selection.range.reset();
    if (selection.metric == ViewMetric::kGrowth) {
      selection.metric = ViewMetric::kLive;
      selection.live_at = LiveAt::kEnd;
    }
    more.push_back(view.other->file().string());
  }
  more.insert(more.end(), {"-o", "flame.svg", "--group", std::string(heaptally::name_of(group_))});
  if (bottom_up_) more.emplace_back("--invert");
  for (std::string& word : shape_options(selection)) more.push_back(std::move(word));
  const auto& measured = calls_->measured();
  return command_for("flame", *view.recording, selection, measured ? &*measured : nullptr, more);
}

void FlameView::tell_state(const View&, nlohmann::json& state) const {
  state["bottom_up"] = bottom_up_;
  state["group"] = heaptally::name_of(group_);
  state["compared"] = calls_ != nullptr && calls_->is_compared();
  state["search"] = search_.text();
  if (!calls_) return;
  state["calls"] = calls_->nodes().size() - 1;
  state["bytes"] = (*calls_)[0].cumulative.after.bytes;
  state["bytes_before"] = (*calls_)[0].cumulative.before.bytes;
  state["count"] = (*calls_)[0].cumulative.after.count;
  state["phrase"] = calls_->phrase();
  state["zoom"] = calls_->name(zoom_);
  state["focused"] = focused_ == 0 ? "" : calls_->name(focused_);
  state["hovered"] = hovered_ == 0 ? "" : calls_->name(hovered_);
  state["rows"] = layout_.rows();
  if (const CallMatches* const found = search_.matches()) {
    state["matches"] = found->nodes.size();
    state["matched_bytes"] = found->covered.after.bytes;
  }
  nlohmann::json& boxes = state["boxes"] = nlohmann::json::array();
  for (const FlameBox& box : layout_.boxes()) {
    if (boxes.size() == kToldBoxes || layout_.weights() == nullptr ||
        layout_.weights()->calls != calls_)
      break;
    if (box.calls != 1) continue;
    const Call& call = (*calls_)[box.node];
    boxes.push_back({{"name", calls_->name(box.node)},
                     {"row", call.depth},
                     {"left", box.left},
                     {"right", box.right},
                     {"bytes", call.cumulative.after.bytes},
                     {"bytes_before", call.cumulative.before.bytes},
                     {"count", call.cumulative.after.count}});
  }
  state["x"] = drawn_at_.x;
  state["y"] = drawn_at_.y;
  state["row_height"] = drawn_at_.row_height;
}

}  // namespace heaptally::view
