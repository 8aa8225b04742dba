#include "viewer/panels/tree_rows.h"

#include <algorithm>

#include <fmt/format.h>
#include <imgui/imgui.h>

#include "core/base/size_text.h"
#include "core/report/wording.h"
#include "viewer/panels/call_parts.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

const std::vector<std::string> kPlainColumns = {"Call", "Size", "Blocks", "Share", "Itself"};
const std::vector<std::string> kComparedColumns = {"Call",   "Change", "Blocks",
                                                   "Before", "Now",    "Itself"};

const std::vector<std::string>& columns_of(const Calls& calls) {
  return calls.is_compared() ? kComparedColumns : kPlainColumns;
}

float indent_step() { return ImGui::GetFontSize() * 0.85F; }
// Where depths are told, left of the arrows.
float depth_width() { return ImGui::GetFontSize() * 2.4F; }

// Beyond most of the column the steps get smaller, so that the text can still be read.
float indent_of(std::uint32_t depth, const TreeIndent& indent, float column) {
  const float most = std::max(indent_step(), column * 0.45F);
  const std::uint32_t levels = depth > indent.base ? depth - indent.base : 0;
  const float plain = static_cast<float>(levels) * indent_step();
  const float told = indent.base > 0 ? depth_width() : 0;
  if (plain <= most) return told + plain;
  const float beyond = plain - most;
  const float rest = column * 0.12F;
  return told + most + rest * beyond / (beyond + rest * 4);
}

void draw_depth(const View& view, std::uint32_t depth, ImVec2 at) {
  const std::string text = std::to_string(depth);
  const float width = ImGui::CalcTextSize(text.c_str()).x;
  ImGui::GetWindowDrawList()->AddText({at.x + ImGui::GetFontSize() * 1.8F - width, at.y},
                                      view.palette().faint_text, text.data(),
                                      text.data() + text.size());
}

void draw_arrow(const View& view, ImVec2 at, bool is_open) {
  const float size = ImGui::GetFontSize() * 0.28F;
  const ImVec2 middle = {at.x + ImGui::GetFontSize() * 0.5F, at.y + ImGui::GetTextLineHeight() / 2};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (is_open) {
    list.AddTriangleFilled({middle.x - size, middle.y - size * 0.6F},
                           {middle.x + size, middle.y - size * 0.6F},
                           {middle.x, middle.y + size * 0.8F}, view.palette().faint_text);
  } else {
    list.AddTriangleFilled({middle.x - size * 0.6F, middle.y - size},
                           {middle.x + size * 0.8F, middle.y},
                           {middle.x - size * 0.6F, middle.y + size}, view.palette().faint_text);
  }
}

// The function, then faintly where it is.
void draw_call_text(const View& view, const Calls& calls, std::uint32_t node, ImVec2 at,
                    float width, bool is_match) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const std::string label = calls.label(node);
  const std::size_t bracket = label.rfind(" (");
  const bool has_where = bracket != std::string::npos && label.back() == ')';
  const std::string name =
      fitted(std::string_view(label).substr(0, has_where ? bracket : label.size()), width);
  const float taken = ImGui::CalcTextSize(name.data(), name.data() + name.size()).x;
  if (is_match) {
    list.AddRectFilled({at.x - 2, at.y}, {at.x + taken + 2, at.y + ImGui::GetTextLineHeight()},
                       with_alpha(view.palette().match, 0.3F), 2);
  }
  list.AddText(at, view.palette().text, name.data(), name.data() + name.size());
  if (!has_where) return;
  const float gap = ImGui::GetFontSize() * 0.6F;
  const std::string_view place = std::string_view(label).substr(bracket + 2);
  const std::string where = fitted(place.substr(0, place.size() - 1), width - taken - gap, true);
  list.AddText({at.x + taken + gap, at.y}, view.palette().faint_text, where.data(),
               where.data() + where.size());
}

void change_cell(const View& view, SortBy unit, Change change) {
  const std::int64_t value = unit == SortBy::kSize ? change.bytes : change.count;
  const Palette& palette = view.palette();
  ImGui::PushStyleColor(ImGuiCol_Text, value > 0   ? palette.grew
                                       : value < 0 ? palette.shrank
                                                   : palette.faint_text);
  right_text(change_text(unit, change));
  ImGui::PopStyleColor();
}

// As of the whole; of changes, which may be greater than the whole's, of the greater of both sides.
double share_of_change(const Calls& calls, const Call& call) {
  const auto all = static_cast<double>(std::max(calls.now(calls[0]), calls.before(calls[0])));
  const auto now = static_cast<double>(calls.now(call));
  const auto before = static_cast<double>(calls.before(call));
  return all > 0 ? std::abs(now - before) / all : 0;
}

}  // namespace

TreeIndent indent_for(std::pair<std::uint32_t, std::uint32_t> depths, float window_width) {
  const auto [least, greatest] = depths;
  const bool fits = static_cast<float>(greatest) * indent_step() < window_width * 0.3F;
  return {.base = fits || least < 2 ? 0 : least - 1};
}

bool begin_tree_table(const Calls& calls) {
  constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg |
                                     ImGuiTableFlags_Resizable | ImGuiTableFlags_BordersInnerV |
                                     ImGuiTableFlags_Hideable | ImGuiTableFlags_NoSavedSettings;
  const std::vector<std::string>& names = columns_of(calls);
  if (!ImGui::BeginTable(calls.is_compared() ? "compared" : "calls", static_cast<int>(names.size()),
                         kFlags)) {
    return false;
  }
  ImGui::TableSetupScrollFreeze(0, 1);
  const float width = ImGui::GetFontSize() * 6.5F;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == 0) {
      ImGui::TableSetupColumn(names[i].c_str(),
                              ImGuiTableColumnFlags_WidthStretch | ImGuiTableColumnFlags_NoHide);
    } else {
      ImGui::TableSetupColumn(names[i].c_str(), ImGuiTableColumnFlags_WidthFixed, width);
    }
  }
  ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!ImGui::TableSetColumnIndex(static_cast<int>(i))) continue;
    const float space = ImGui::GetContentRegionAvail().x - ImGui::CalcTextSize(names[i].c_str()).x;
    if (i > 0 && space > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + space);
    ImGui::TableHeader(names[i].c_str());
  }
  return true;
}

TreeRowClick draw_call_cell(const View& view, const Calls& calls, std::uint32_t node,
                            const TreeRowLook& look) {
  const Call& call = calls[node];
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float column = ImGui::GetContentRegionAvail().x;
  TreeRowClick click;
  const ImGuiStyle& style = ImGui::GetStyle();
  // No higher than the text, as the clipper counts on.
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {style.ItemSpacing.x, 2 * style.CellPadding.y});
  click.chooses = ImGui::Selectable("##row", look.is_chosen,
                                    ImGuiSelectableFlags_SpanAllColumns |
                                        ImGuiSelectableFlags_AllowItemOverlap |
                                        ImGuiSelectableFlags_AllowDoubleClick,
                                    {0, ImGui::GetTextLineHeight()});
  ImGui::PopStyleVar();
  const float indent = indent_of(call.depth - 1, look.indent, column);
  if (look.indent.base > 0) draw_depth(view, call.depth, at);
  const float arrow_end = at.x + indent + ImGui::GetFontSize() * 1.2F;
  click.is_hovered = ImGui::IsItemHovered();
  if (click.is_hovered) {
    const float x = ImGui::GetIO().MousePos.x;
    const bool on_arrow = x >= at.x + indent - 2 && x < arrow_end;
    click.toggles = ImGui::IsMouseDoubleClicked(0) || (ImGui::IsMouseClicked(0) && on_arrow);
    if (on_arrow && ImGui::IsMouseDoubleClicked(0)) click.toggles = true;
    click.opens_menu = ImGui::IsMouseClicked(1);
    click.chooses |= click.opens_menu;
  }
  if (look.can_open) draw_arrow(view, {at.x + indent, at.y}, look.is_open);
  draw_call_text(view, calls, node, {arrow_end, at.y}, at.x + column - arrow_end, look.is_match);
  return click;
}

void draw_number_cells(const View& view, const Calls& calls, std::uint32_t node) {
  const Call& call = calls[node];
  const SortBy unit = calls.question().selection.unit;
  const auto next = [] { return ImGui::TableNextColumn(); };
  if (calls.is_compared()) {
    const Change change = call.cumulative.change();
    if (next()) {
      const Colour32 colour =
          relative_change(calls, call.cumulative) > 0 ? view.palette().grew : view.palette().shrank;
      const ImVec2 at = ImGui::GetCursorScreenPos();
      const float width = ImGui::GetContentRegionAvail().x;
      const auto share = static_cast<float>(std::min(1.0, share_of_change(calls, call)));
      if (width * share >= 0.5F) {
        ImGui::GetWindowDrawList()->AddRectFilled(
            at, {at.x + width * share, at.y + ImGui::GetTextLineHeight()},
            with_alpha(colour, 0.22F), 2);
      }
      change_cell(view, unit, change);
    }
    if (next()) change_cell(view, unit == SortBy::kSize ? SortBy::kCount : SortBy::kSize, change);
    if (next()) right_text(amount_text(unit, call.cumulative.before));
    if (next()) right_text(amount_text(unit, call.cumulative.after));
    if (next()) change_cell(view, unit, call.self.change());
    return;
  }
  const Amount amount = call.cumulative.after;
  const std::uint64_t all = calls.now(calls[0]);
  if (next()) right_text(size_text(amount.bytes));
  if (next()) right_text(grouped_text(amount.count));
  if (next()) {
    const double share =
        all == 0 ? 0 : static_cast<double>(calls.now(call)) / static_cast<double>(all);
    bar_cell(view, percent_text(calls.now(call), all), share, view.palette().bar);
  }
  if (next() && calls.in_unit(call.self.after) > 0) right_text(amount_text(unit, call.self.after));
}

void draw_left_out_cells(const View& view, const Calls& calls, std::uint32_t node,
                         const TreeIndent& shift) {
  const Call& call = calls[node];
  const float column = ImGui::GetContentRegionAvail().x;
  const float indent = indent_of(call.depth, shift, column) + ImGui::GetFontSize() * 1.2F;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + indent);
  faint_text(view,
             fitted(counted(call.children_left_out, "call") + " below 0.01 %", column - indent));
  if (calls.is_compared()) return;
  if (ImGui::TableNextColumn()) right_text(size_text(call.left_out.bytes));
  if (ImGui::TableNextColumn()) right_text(grouped_text(call.left_out.count));
}

Table table_of_columns(const Calls& calls) {
  Table table;
  table.columns = columns_of(calls);
  table.left.assign(table.columns.size(), false);
  table.left[0] = true;
  return table;
}

std::vector<std::string> cells_of(const Calls& calls, std::uint32_t node) {
  const Call& call = calls[node];
  const SortBy unit = calls.question().selection.unit;
  const std::size_t indent = 2 * std::min<std::size_t>(call.depth - 1, 100);
  std::string label = std::string(indent, ' ') + calls.label(node);
  if (calls.is_compared()) {
    const Change change = call.cumulative.change();
    return {std::move(label),
            change_text(unit, change),
            change_text(unit == SortBy::kSize ? SortBy::kCount : SortBy::kSize, change),
            amount_text(unit, call.cumulative.before),
            amount_text(unit, call.cumulative.after),
            change_text(unit, call.self.change())};
  }
  return {std::move(label), size_text(call.cumulative.after.bytes),
          grouped_text(call.cumulative.after.count),
          percent_text(calls.now(call), calls.now(calls[0])), amount_text(unit, call.self.after)};
}

}  // namespace heaptally::view
