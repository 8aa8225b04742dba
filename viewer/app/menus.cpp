#include "viewer/app/menus.h"

#include <string>

#include <imgui/imgui.h>

#include "core/report/wording.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

bool is_panel(Action action) { return action >= Action::kPanel1 && action <= Action::kPanel9; }

std::optional<std::filesystem::path> draw_recent_menu(const View& view) {
  std::optional<std::filesystem::path> chosen;
  if (!ImGui::BeginMenu("Open recent", !view.settings.recent.empty())) return chosen;
  for (std::size_t i = 0; i < view.settings.recent.size(); ++i) {
    const std::string& file = view.settings.recent[i];
    const std::string name = fitted(printable(file), ImGui::GetFontSize() * 36, true);
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::MenuItem(name.c_str())) chosen = file;
    ImGui::PopID();
  }
  ImGui::EndMenu();
  return chosen;
}

// Where a new group of a menu begins.
bool begins_group(Action action) {
  switch (action) {
    case Action::kExportCsv:
    case Action::kCopyCommand:
    case Action::kQuit:
    case Action::kUnit:
    case Action::kClearFilters:
    case Action::kZoomToRange:
    case Action::kDropA:
    case Action::kCopyStack:
    case Action::kDark:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool is_enabled(const View& view, Action action) {
  switch (action) {
    case Action::kOpen:
    case Action::kQuit:
    case Action::kDark:
    case Action::kHelp:
      return true;
    case Action::kCloseOther:
    case Action::kSwap:
      return view.recording && view.other;
    case Action::kBack:
      return view.history.can_go_back();
    case Action::kForward:
      return view.history.can_go_forward();
    case Action::kLiveAt:
      return view.recording && view.selection().metric == ViewMetric::kLive;
    case Action::kClearFilters:
      return view.recording && (!view.selection().keeps_all() || !view.selection().merged.empty());
    case Action::kAllTime:
      return view.recording && !view.axis.shows_all();
    case Action::kZoomToRange:
    case Action::kClearRange:
      return view.recording && view.selection().range.has_value();
    default:
      return view.recording != nullptr;
  }
}

bool is_checked(const View& view, Action action) {
  const Selection& selection = view.selection();
  if (is_panel(action)) {
    const auto number =
        static_cast<std::size_t>(action) - static_cast<std::size_t>(Action::kPanel1);
    return view.recording && view.panel == static_cast<PanelId>(number);
  }
  switch (action) {
    case Action::kUnit:
      return selection.unit == SortBy::kCount;
    case Action::kLiveAt:
      return selection.live_at == LiveAt::kEnd;
    case Action::kRaw:
      return selection.raw;
    case Action::kRecursion:
      return selection.collapse_recursion;
    case Action::kDark:
      return view.settings.dark;
    default:
      return false;
  }
}

std::optional<std::filesystem::path> draw_menus(View& view) {
  std::optional<std::filesystem::path> recent;
  for (const Menu menu : kMenus) {
    const bool is_open = ImGui::BeginMenu(std::string(name_of(menu)).c_str());
    name_area(view, "menu:" + std::string(name_of(menu)));
    if (!is_open) continue;
    for (const ActionInfo& info : all_actions()) {
      if (info.menu != menu) continue;
      if (begins_group(info.action)) ImGui::Separator();
      const std::string label(info.label);
      const std::string shortcut(info.shortcut);
      const bool enabled = is_enabled(view, info.action);
      if (ImGui::MenuItem(label.c_str(), shortcut.c_str(), is_checked(view, info.action),
                          enabled)) {
        view.choose(info.action);
        view.redraw = true;
      }
      name_area(view, "item:" + label);
      if (info.action == Action::kOpen) recent = draw_recent_menu(view);
    }
    ImGui::EndMenu();
  }
  return recent;
}

}  // namespace heaptally::view
