#include <algorithm>
#include <cstdint>
#include <utility>

#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/report/wording.h"
#include "viewer/model/command_line.h"
#include "viewer/model/key_names.h"
#include "viewer/model/shown_tree.h"
#include "viewer/panels/call_parts.h"
#include "viewer/panels/call_search.h"
#include "viewer/panels/panel_list.h"
#include "viewer/panels/tree_rows.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr std::size_t kToldRows = 40;      // to tests
constexpr std::size_t kMostOpened = 5000;  // rows that one click may add

class TreePanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kTree; }
  void draw(View& view) override;
  void forget() override;
  std::optional<Table> table(const View& view) const override;
  std::string command(const View& view) const override;
  void tell_state(const View& view, nlohmann::json& state) const override;

 private:
  bool ask(View& view);
  void draw_controls(View& view);
  void draw_rows(View& view);
  TreeIndent indent_of_rows(int first, int last) const;
  void draw_row(View& view, std::size_t row);
  void draw_menu(View& view);
  void follow_keys(View& view);
  void follow_arrows(float rows_in_sight);
  void choose(std::uint32_t node);

  Slot<CallsQuestion, Calls> slot_;
  ShownTree tree_;
  std::shared_ptr<const Calls> calls_;
  CallSearch search_;
  bool is_current_ = false;
  Group group_ = Group::kLine;
  bool bottom_up_ = false;
  bool compares_ = false;
  std::uint32_t hovered_ = 0;  // 0: none
  std::uint32_t menu_ = 0;
  TreeIndent indent_;
  bool scrolls_ = false;
  bool takes_focus_ = false;
  int last_frame_ = -2;
};

void TreePanel::forget() {
  slot_.forget();
  search_.forget();
  tree_.forget();
  calls_.reset();
  hovered_ = menu_ = 0;
}

bool TreePanel::ask(View& view) {
  const CallsQuestion question = {.generation = view.generation,
                                  .selection = view.selection(),
                                  .group = group_,
                                  .bottom_up = bottom_up_,
                                  .with_other = compares_ && view.other != nullptr,
                                  .order = ComparedOrder::kChange};
  const auto shown =
      slot_.ask(view.worker, question,
                [recording = view.recording, other = view.other](const CallsQuestion& asked) {
                  return Calls(recording, other, asked);
                });
  if (!is_shown(view, shown)) return false;
  is_current_ = shown.is_current;
  if (calls_ != shown.answer) {
    hovered_ = menu_ = 0;
    calls_ = shown.answer;
    tree_.show(calls_);
  }
  search_.ask(view, calls_);
  return true;
}

void TreePanel::draw(View& view) {
  const int frame = ImGui::GetFrameCount();
  takes_focus_ = takes_focus_ || frame > last_frame_ + 1;
  last_frame_ = frame;
  if (view.is_asked(Action::kInvert)) bottom_up_ = !bottom_up_;
  draw_controls(view);
  if (!ask(view)) return;
  if (search_.found_anew()) {
    if (const auto node = search_.step(0, 0)) choose(*node);
  }
  draw_calls_heading(view, *calls_, is_current_);
  if (tree_.rows().empty()) {
    empty_state(view, "Nothing to show",
                "Nothing of what is selected amounts to anything. Choose another metric or range "
                "above, or clear the filters (c).");
    return;
  }
  follow_keys(view);
  draw_rows(view);
}

void TreePanel::draw_controls(View& view) {
  group_choice(group_);
  ImGui::SameLine();
  if (toggle(view, "Inverted", bottom_up_)) view.choose(Action::kInvert);
  tooltip("i: from the allocation sites to their callers, instead of from the outermost calls");
  ImGui::SameLine();
  if (ImGui::Button("Hot path")) view.choose(Action::kHotPath);
  tooltip("h: opens the greatest calls, from the chosen one on as far as they go");
  ImGui::SameLine();
  if (ImGui::Button("Close all") && calls_) tree_.close_all();
  if (view.other) {
    ImGui::SameLine();
    const std::string name = "Compared with " + short_text(view.other->name());
    if (toggle(view, (fitted(name, ImGui::GetFontSize() * 16) + "##compare").c_str(), compares_)) {
      compares_ = !compares_;
    }
    tooltip(name);
  }
  if (const std::ptrdiff_t by = search_.draw(view); by != 0) {
    if (const auto node = search_.step(tree_.chosen(), by)) choose(*node);
    takes_focus_ = true;
  }
}

void TreePanel::choose(std::uint32_t node) {
  tree_.open_way_to(node);
  tree_.choose(node);
  scrolls_ = true;
}

void TreePanel::follow_keys(View& view) {
  if (view.is_asked(Action::kHotPath)) {
    tree_.open_hot_path(tree_.chosen());
    scrolls_ = true;
  }
  do_call_actions(view, *calls_, hovered_ != 0 ? hovered_ : tree_.chosen());
}

void TreePanel::follow_arrows(float rows_in_sight) {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.WantTextInput || io.KeyAlt || io.KeyCtrl || !ImGui::IsWindowFocused()) return;
  const auto page = std::max<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(rows_in_sight) - 2);
  const std::uint32_t was = tree_.chosen();
  const std::size_t rows = tree_.rows().size();
  const auto end = static_cast<std::ptrdiff_t>(rows);
  if (ImGui::IsKeyPressed(GLFW_KEY_DOWN)) tree_.move(1);
  if (ImGui::IsKeyPressed(GLFW_KEY_UP)) tree_.move(-1);
  if (ImGui::IsKeyPressed(GLFW_KEY_PAGE_DOWN)) tree_.move(page);
  if (ImGui::IsKeyPressed(GLFW_KEY_PAGE_UP)) tree_.move(-page);
  if (ImGui::IsKeyPressed(GLFW_KEY_HOME)) tree_.move(-end);
  if (ImGui::IsKeyPressed(GLFW_KEY_END)) tree_.move(end);
  if (ImGui::IsKeyPressed(GLFW_KEY_RIGHT)) tree_.go_in();
  if (ImGui::IsKeyPressed(GLFW_KEY_LEFT)) tree_.go_out();
  if (ImGui::IsKeyPressed(GLFW_KEY_ENTER, false) && tree_.chosen() != 0) {
    tree_.is_open(tree_.chosen()) ? tree_.close(tree_.chosen()) : tree_.open(tree_.chosen());
  }
  scrolls_ |= was != tree_.chosen() || rows != tree_.rows().size();
}

void TreePanel::draw_rows(View& view) {
  if (std::exchange(takes_focus_, false)) ImGui::SetNextWindowFocus();
  if (!begin_tree_table(*calls_)) return;
  take_arrow_keys();
  const float height = ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y;
  const float seen = ImGui::GetWindowHeight() - height;
  follow_arrows(seen / height);
  if (std::exchange(scrolls_, false) && tree_.chosen() != 0) {
    const float top = static_cast<float>(tree_.row_of(tree_.chosen())) * height;
    const float scroll = ImGui::GetScrollY();
    if (top < scroll) ImGui::SetScrollY(top);
    if (top + height > scroll + seen) {
      ImGui::SetScrollY(top < scroll + 2 * seen ? top + height - seen : top - seen / 3);
    }
    view.redraw = true;
  }
  const std::uint32_t was = std::exchange(hovered_, 0);
  // A click opens or closes calls, so the rows may change below the loop.
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(tree_.rows().size()), height);
  while (clipper.Step()) {
    indent_ = indent_of_rows(clipper.DisplayStart, clipper.DisplayEnd);
    for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
      if (static_cast<std::size_t>(row) < tree_.rows().size()) {
        draw_row(view, static_cast<std::size_t>(row));
      }
    }
  }
  draw_menu(view);
  ImGui::EndTable();
  if (was != hovered_) view.redraw = true;
}

TreeIndent TreePanel::indent_of_rows(int first, int last) const {
  const std::vector<TreeRow>& rows = tree_.rows();
  std::pair<std::uint32_t, std::uint32_t> depths = {UINT32_MAX, 0};
  for (auto i = static_cast<std::size_t>(first);
       i < std::min(static_cast<std::size_t>(last), rows.size()); ++i) {
    const std::uint32_t depth = (*calls_)[rows[i].node].depth;
    depths = {std::min(depths.first, depth), std::max(depths.second, depth)};
  }
  return indent_for(depths, ImGui::GetWindowWidth());
}

void TreePanel::draw_row(View& view, std::size_t number) {
  const TreeRow row = tree_.rows()[number];
  const Call& call = (*calls_)[row.node];
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  if (row.left_out) {
    draw_left_out_cells(view, *calls_, row.node, indent_);
    return;
  }
  const bool is_chosen = row.node == tree_.chosen();
  const bool is_match = search_.is_match(row.node);
  ImGui::PushID(static_cast<int>(row.node));
  const TreeRowLook look = {.is_open = tree_.is_open(row.node),
                            .can_open = ShownTree::can_open(call),
                            .is_chosen = is_chosen,
                            .is_match = is_match,
                            .indent = indent_};
  const TreeRowClick click = draw_call_cell(view, *calls_, row.node, look);
  ImGui::PopID();
  if (click.is_hovered) {
    hovered_ = row.node;
    call_tooltip(
        view, *calls_, row.node,
        look.can_open ? "Double click: open or close. Right click: more" : "Right click: more");
  }
  draw_number_cells(view, *calls_, row.node);
  if (click.chooses) tree_.choose(row.node);
  if (click.opens_menu) {
    menu_ = row.node;
    ImGui::OpenPopup("call");
  }
  if (click.toggles && look.can_open) {
    look.is_open ? tree_.close(row.node) : tree_.open(row.node);
    view.redraw = true;
  }
}

void TreePanel::draw_menu(View& view) {
  if (!ImGui::BeginPopup("call")) return;
  faint_text(view, fitted(calls_->name(menu_), ImGui::GetFontSize() * 24));
  ImGui::Separator();
  if (ImGui::MenuItem("Open the hot path", "h")) {
    tree_.open_hot_path(menu_);
    scrolls_ = true;
  }
  if (ImGui::MenuItem("Open all below")) tree_.open_below(menu_, kMostOpened);
  if (ImGui::MenuItem("Close all")) tree_.close_all();
  if (ImGui::MenuItem("Invert", "i", bottom_up_)) view.choose(Action::kInvert);
  ImGui::Separator();
  draw_call_menu(view, *calls_, menu_);
  ImGui::EndPopup();
}

std::optional<Table> TreePanel::table(const View&) const {
  if (!calls_) return {};
  Table table = table_of_columns(*calls_);
  table.rows.reserve(tree_.rows().size());
  for (const TreeRow& row : tree_.rows()) {
    if (!row.left_out) table.rows.push_back(cells_of(*calls_, row.node));
  }
  return table;
}

std::string TreePanel::command(const View& view) const {
  if (!calls_ || !view.recording || calls_->is_compared()) return {};
  std::vector<std::string> more = {"--group", std::string(heaptally::name_of(group_))};
  if (bottom_up_) more.emplace_back("--bottom-up");
  more.insert(more.end(), {"--min", bottom_up_ ? "0.01%" : "0"});
  for (std::string& word : shape_options(view.selection())) more.push_back(std::move(word));
  return command_for("tree", *view.recording, view.selection(), &*calls_->measured(), more);
}

void TreePanel::tell_state(const View&, nlohmann::json& state) const {
  state["bottom_up"] = bottom_up_;
  state["group"] = heaptally::name_of(group_);
  state["compared"] = calls_ != nullptr && calls_->is_compared();
  state["search"] = search_.text();
  if (!calls_) return;
  state["calls"] = calls_->nodes().size() - 1;
  state["bytes"] = (*calls_)[0].cumulative.after.bytes;
  state["count"] = (*calls_)[0].cumulative.after.count;
  state["chosen"] = tree_.chosen() == 0 ? "" : calls_->label(tree_.chosen());
  state["hovered"] = hovered_ == 0 ? "" : calls_->label(hovered_);
  if (search_.matches() != nullptr) state["matches"] = search_.matches()->nodes.size();
  state["row_count"] = tree_.rows().size();
  nlohmann::json& rows = state["rows"] = nlohmann::json::array();
  for (const TreeRow& row : tree_.rows()) {
    if (rows.size() == kToldRows) break;
    if (row.left_out) continue;
    const Call& call = (*calls_)[row.node];
    rows.push_back({{"call", calls_->label(row.node)},
                    {"depth", call.depth},
                    {"open", tree_.is_open(row.node)},
                    {"bytes", call.cumulative.after.bytes},
                    {"count", call.cumulative.after.count},
                    {"self_bytes", call.self.after.bytes},
                    {"change_bytes", call.cumulative.change().bytes}});
  }
}

}  // namespace

std::unique_ptr<Panel> make_tree() { return std::make_unique<TreePanel>(); }

}  // namespace heaptally::view
