#include "viewer/panels/call_parts.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <imgui/imgui.h>
#include <imgui/imgui_internal.h>

#include "core/base/size_text.h"
#include "core/report/wording.h"
#include "viewer/model/key_names.h"
#include "viewer/panels/key_menu.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

std::string exact_size(std::uint64_t bytes) {
  return fmt::format("{} ({} B)", size_text(bytes), grouped_text(bytes));
}

void number_row(const View& view, std::string_view what, const std::vector<std::string>& cells) {
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  faint_text(view, what);
  for (const std::string& cell : cells) {
    ImGui::TableNextColumn();
    right_text(cell);
  }
}

void head_row(const View& view, const std::vector<std::string_view>& names) {
  ImGui::TableNextRow();
  for (const std::string_view name : names) {
    ImGui::TableNextColumn();
    const float space = ImGui::GetContentRegionAvail().x -
                        ImGui::CalcTextSize(name.data(), name.data() + name.size()).x;
    if (space > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + space);
    faint_text(view, name);
  }
}

void one_side_rows(const View& view, const Calls& calls, const Call& call) {
  const Amount all = calls[0].cumulative.after;
  const Amount with = call.cumulative.after;
  const Amount self = call.self.after;
  head_row(view, {"", "with all it calls", "of all", "itself"});
  number_row(view, "Size",
             {exact_size(with.bytes), percent_text(with.bytes, all.bytes), exact_size(self.bytes)});
  number_row(
      view, "Blocks",
      {grouped_text(with.count), percent_text(with.count, all.count), grouped_text(self.count)});
}

void two_sides_rows(const View& view, const Calls& calls, const Call& call) {
  const ComparedAmount& all = calls[0].cumulative;
  const auto [before, now] = call.cumulative;
  const Change change = call.cumulative.change();
  const Change self = call.self.change();
  head_row(view, {"", "size", "of all", "blocks"});
  number_row(view, "Before",
             {exact_size(before.bytes), percent_text(before.bytes, all.before.bytes),
              grouped_text(before.count)});
  number_row(
      view, "Now",
      {exact_size(now.bytes), percent_text(now.bytes, all.after.bytes), grouped_text(now.count)});
  number_row(view, "Change",
             {signed_size_text(change.bytes), "", change_text(SortBy::kCount, change)});
  number_row(view, "... itself",
             {signed_size_text(self.bytes), "", change_text(SortBy::kCount, self)});
}

// Calls are focused on as what they are; their lines are known whatever they are.
KeyNames names_of_call(const Calls& calls, std::uint32_t node) {
  if (node == 0) return {};
  const Key key = {.place = calls[node].place};
  const Profile& profile = calls.profile_of(calls[node]);
  const Group group = calls.question().group;
  KeyNames names = names_of(profile, group, key);
  if (group != Group::kFunction) return names;
  const std::string call = names.call;
  names = names_of(profile, Group::kLine, key);
  names.call = call;
  return names;
}

// "of 20.0 MiB before the filters"; empty if nothing is filtered out.
std::string before_filters_text(const Calls& calls) {
  const Amount whole = calls.whole().after;
  if (whole == calls[0].cumulative.after) return {};
  return fmt::format(" of {}", amount_text(calls.question().selection.unit, whole));
}

}  // namespace

void call_tooltip(const View& view, const Calls& calls, std::uint32_t node, std::string_view hint) {
  const Call& call = calls[node];
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(ImGui::GetFontSize() * 42);
  text(calls.name(node));
  if (node != 0) {
    faint_text(view, calls.where(node));
    const std::string module = calls.module(node);
    if (!module.empty() && module != calls.where(node)) faint_text(view, "in " + module);
    if (call.recursive) faint_text(view, "calls itself; that is the same box");
    if (call.vanished) faint_text(view, "only before");
  }
  ImGui::PopTextWrapPos();
  ImGui::Spacing();
  if (ImGui::BeginTable("numbers", 4, ImGuiTableFlags_SizingFixedFit)) {
    if (calls.is_compared()) {
      two_sides_rows(view, calls, call);
    } else {
      one_side_rows(view, calls, call);
    }
    ImGui::EndTable();
  }
  if (!hint.empty()) {
    ImGui::Spacing();
    faint_text(view, hint);
  }
  ImGui::EndTooltip();
}

void draw_call_menu(View& view, const Calls& calls, std::uint32_t node) {
  if (ImGui::MenuItem("Collapse recursion", "r", view.selection().collapse_recursion)) {
    view.choose(Action::kRecursion);
  }
  if (ImGui::MenuItem("Copy the stack", "Shift+C")) view.copy(calls.stack_text(node));
  ImGui::Separator();
  key_menu_items(view, names_of_call(calls, node), calls.label(node), nullptr);
}

void do_call_actions(View& view, const Calls& calls, std::uint32_t node) {
  if (view.is_asked(Action::kCopyStack)) view.copy(calls.stack_text(node));
  const bool asks = view.is_asked(Action::kFocus) || view.is_asked(Action::kHide) ||
                    view.is_asked(Action::kMerge);
  const KeyNames names = names_of_call(calls, node);
  if (asks && names.call.empty()) {
    view.tell("Choose a call first: point at it, or go to it by the arrow keys");
  } else {
    do_key_actions(view, names);
  }
}

std::string change_of_call(const Calls& calls, const ComparedAmount& amount) {
  return change_text(calls.question().selection.unit, amount.change());
}

double relative_change(const Calls& calls, const ComparedAmount& amount) {
  const auto before = static_cast<double>(calls.in_unit(amount.before));
  const auto now = static_cast<double>(calls.in_unit(amount.after));
  const double most = std::max(before, now);
  return most > 0 ? (now - before) / most : 0;
}

void draw_calls_heading(const View& view, const Calls& calls, bool is_current) {
  const ComparedAmount& all = calls[0].cumulative;
  std::string line;
  if (calls.is_compared()) {
    const SortBy unit = calls.question().selection.unit;
    line = fmt::format("{}: {} to {}", change_of_call(calls, all), amount_text(unit, all.before),
                       amount_text(unit, all.after));
  } else {
    line = whole_text(all.after) + before_filters_text(calls);
  }
  line += ", " + calls.phrase();
  if (calls.question().bottom_up) line += "; calls below 0.01 % are left out";
  if (!calls.note().empty()) line += "; " + calls.note();
  if (!is_current) line += " …";
  const std::string shown = fitted(line, ImGui::GetContentRegionAvail().x);
  faint_text(view, shown);
  if (shown.size() != line.size()) tooltip(line);
}

bool group_choice(Group& group) {
  static const std::vector<std::string> kNames = {"Functions", "Lines", "Files", "Modules"};
  static constexpr std::array<Group, 4> kGroups = {Group::kFunction, Group::kLine, Group::kFile,
                                                   Group::kModule};
  auto chosen =
      static_cast<std::size_t>(std::find(kGroups.begin(), kGroups.end(), group) - kGroups.begin());
  if (!choice("##group", kNames, chosen, ImGui::GetFontSize() * 8)) return false;
  group = kGroups.at(chosen);
  return true;
}

std::string matches_text(const CallMatches& matches) {
  const Calls& calls = *matches.calls;
  return fmt::format("{}, {} of all", counted(matches.nodes.size(), "call"),
                     percent_text(calls.in_unit(matches.covered.after), calls.now(calls[0])));
}

void take_arrow_keys() { ImGui::GetCurrentWindow()->Flags |= ImGuiWindowFlags_NoNav; }

}  // namespace heaptally::view
