#include "viewer/panels/actions.h"

#include <algorithm>

#include <GLFW/glfw3.h>
#include <imgui/imgui.h>

namespace heaptally::view {
namespace {

constexpr ActionInfo plain(Action action, Menu menu, int key, std::string_view shortcut,
                           std::string_view label) {
  ActionInfo info;
  info.action = action;
  info.menu = menu;
  info.key = key;
  info.shortcut = shortcut;
  info.label = label;
  return info;
}

constexpr ActionInfo control(Action action, Menu menu, int key, std::string_view shortcut,
                             std::string_view label, bool shift = false) {
  ActionInfo info = plain(action, menu, key, shortcut, label);
  info.control = true;
  info.shift = shift;
  return info;
}

constexpr ActionInfo alt(Action action, Menu menu, int key, std::string_view shortcut,
                         std::string_view label, int second_key = 0) {
  ActionInfo info = plain(action, menu, key, shortcut, label);
  info.alt = true;
  info.second_key = second_key;
  return info;
}

constexpr ActionInfo shifted(Action action, Menu menu, int key, std::string_view shortcut,
                             std::string_view label) {
  ActionInfo info = plain(action, menu, key, shortcut, label);
  info.shift = true;
  return info;
}

constexpr std::array<ActionInfo, kActions> kTable = {{
    control(Action::kOpen, Menu::kFile, GLFW_KEY_O, "Ctrl+O", "Open..."),
    control(Action::kOpenOther, Menu::kFile, GLFW_KEY_O, "Ctrl+Shift+O", "Compare with...", true),
    plain(Action::kCloseOther, Menu::kFile, 0, "", "Stop comparing"),
    plain(Action::kSwap, Menu::kFile, 0, "", "Swap the two recordings"),
    control(Action::kExportCsv, Menu::kFile, GLFW_KEY_E, "Ctrl+E", "Export the table as CSV..."),
    plain(Action::kExportText, Menu::kFile, 0, "", "Export the table as text..."),
    control(Action::kExportPng, Menu::kFile, GLFW_KEY_P, "Ctrl+P", "Export a picture (PNG)..."),
    plain(Action::kExportHtml, Menu::kFile, 0, "", "Export the report (HTML)..."),
    plain(Action::kExportFolded, Menu::kFile, 0, "", "Export folded stacks..."),
    control(Action::kCopyCommand, Menu::kFile, GLFW_KEY_C, "Ctrl+Shift+C",
            "Copy the heaptally command", true),
    control(Action::kCopyTable, Menu::kFile, GLFW_KEY_C, "Ctrl+C", "Copy the table"),
    control(Action::kQuit, Menu::kFile, GLFW_KEY_Q, "Ctrl+Q", "Quit"),
    alt(Action::kBack, Menu::kSelection, GLFW_KEY_LEFT, "Esc, Alt+Left", "Back", GLFW_KEY_ESCAPE),
    alt(Action::kForward, Menu::kSelection, GLFW_KEY_RIGHT, "Alt+Right", "Forward"),
    plain(Action::kUnit, Menu::kSelection, GLFW_KEY_B, "b", "Bytes or blocks"),
    plain(Action::kLiveAt, Menu::kSelection, GLFW_KEY_E, "e", "Live at the peak or at the end"),
    plain(Action::kRaw, Menu::kSelection, 0, "", "Charge the most recent frame (raw)"),
    plain(Action::kClearFilters, Menu::kSelection, GLFW_KEY_C, "c", "Clear all filters"),
    plain(Action::kFilter, Menu::kSelection, GLFW_KEY_SLASH, "/", "Add a filter..."),
    control(Action::kFind, Menu::kSelection, GLFW_KEY_F, "Ctrl+F", "Search"),
    plain(Action::kZoomIn, Menu::kTime, GLFW_KEY_W, "w", "Zoom in"),
    plain(Action::kZoomOut, Menu::kTime, GLFW_KEY_S, "s", "Zoom out"),
    plain(Action::kEarlier, Menu::kTime, GLFW_KEY_A, "a", "Earlier"),
    plain(Action::kLater, Menu::kTime, GLFW_KEY_D, "d", "Later"),
    plain(Action::kAllTime, Menu::kTime, GLFW_KEY_0, "0", "Show the whole run"),
    plain(Action::kZoomToRange, Menu::kTime, GLFW_KEY_Z, "z", "Zoom to the range"),
    plain(Action::kClearRange, Menu::kTime, GLFW_KEY_BACKSPACE, "Backspace", "Clear the range"),
    plain(Action::kDropA, Menu::kTime, GLFW_KEY_LEFT_BRACKET, "[", "Drop A at the pointer"),
    plain(Action::kDropB, Menu::kTime, GLFW_KEY_RIGHT_BRACKET, "]", "Drop B at the pointer"),
    plain(Action::kRangeOfAB, Menu::kTime, GLFW_KEY_G, "g", "A to B as the range"),
    plain(Action::kKeepSnapshot, Menu::kTime, GLFW_KEY_K, "k", "Keep a snapshot at the pointer"),
    plain(Action::kInvert, Menu::kCalls, GLFW_KEY_I, "i", "Invert"),
    plain(Action::kFocus, Menu::kCalls, GLFW_KEY_F, "f", "Focus on the call"),
    plain(Action::kHide, Menu::kCalls, GLFW_KEY_X, "x", "Hide the call"),
    plain(Action::kMerge, Menu::kCalls, GLFW_KEY_M, "m", "Merge the call into its caller"),
    plain(Action::kRecursion, Menu::kCalls, GLFW_KEY_R, "r", "Collapse recursion"),
    plain(Action::kHotPath, Menu::kCalls, GLFW_KEY_H, "h", "Open the hot path"),
    shifted(Action::kCopyStack, Menu::kCalls, GLFW_KEY_C, "Shift+C", "Copy the stack"),
    plain(Action::kOpenEditor, Menu::kCalls, GLFW_KEY_O, "o", "Open the line in the editor"),
    plain(Action::kNextHot, Menu::kCalls, GLFW_KEY_N, "n", "Next line with memory"),
    plain(Action::kPreviousHot, Menu::kCalls, GLFW_KEY_P, "p", "Previous line with memory"),
    plain(Action::kPanel1, Menu::kView, GLFW_KEY_1, "1", "Overview"),
    plain(Action::kPanel2, Menu::kView, GLFW_KEY_2, "2", "Lines"),
    plain(Action::kPanel3, Menu::kView, GLFW_KEY_3, "3", "Flame graph"),
    plain(Action::kPanel4, Menu::kView, GLFW_KEY_4, "4", "Tree"),
    plain(Action::kPanel5, Menu::kView, GLFW_KEY_5, "5", "Source"),
    plain(Action::kPanel6, Menu::kView, GLFW_KEY_6, "6", "Snapshots"),
    plain(Action::kPanel7, Menu::kView, GLFW_KEY_7, "7", "Compare"),
    plain(Action::kPanel8, Menu::kView, GLFW_KEY_8, "8", "Sizes and lifetimes"),
    plain(Action::kPanel9, Menu::kView, GLFW_KEY_9, "9", "Threads and processes"),
    plain(Action::kDark, Menu::kView, GLFW_KEY_T, "t", "Light or dark"),
    shifted(Action::kHelp, Menu::kHelp, GLFW_KEY_SLASH, "?", "Keys"),
}};

bool is_pressed(const ActionInfo& info, const ImGuiIO& io) {
  const bool types = io.WantTextInput;
  if (info.second_key != 0 && !types && !io.KeyCtrl && !io.KeyAlt &&
      ImGui::IsKeyPressed(info.second_key, false)) {
    return true;
  }
  if (info.key == 0 || io.KeyCtrl != info.control || io.KeyAlt != info.alt) return false;
  if (io.KeyShift != info.shift) return false;
  if (types && !info.control && !info.alt) return false;
  // What edits a text is the text's.
  if (types && info.action == Action::kCopyTable) return false;
  const bool repeats = info.menu == Menu::kTime;
  return ImGui::IsKeyPressed(info.key, repeats);
}

}  // namespace

std::span<const ActionInfo> all_actions() { return kTable; }

const ActionInfo& info_of(Action action) {
  return *std::find_if(kTable.begin(), kTable.end(),
                       [&](const ActionInfo& info) { return info.action == action; });
}

std::string_view name_of(Menu menu) {
  constexpr std::array<std::string_view, kMenus.size()> kNames = {"File",  "Selection", "Time",
                                                                  "Calls", "View",      "Help"};
  return kNames[static_cast<std::size_t>(menu)];
}

ActionSet pressed_actions() {
  const ImGuiIO& io = ImGui::GetIO();
  ActionSet actions;
  for (const ActionInfo& info : kTable) {
    if (is_pressed(info, io)) actions.set(static_cast<std::size_t>(info.action));
  }
  return actions;
}

}  // namespace heaptally::view
