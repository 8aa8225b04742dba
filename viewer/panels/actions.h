// Actions: everything that a key does, and the menus too.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace heaptally::view {

enum class Action : std::uint8_t {
  kOpen,
  kOpenOther,
  kCloseOther,
  kSwap,
  kExportCsv,
  kExportText,
  kExportPng,
  kExportHtml,
  kExportFolded,
  kCopyCommand,
  kCopyTable,
  kQuit,
  kBack,
  kForward,
  kUnit,
  kLiveAt,
  kRaw,
  kClearFilters,
  kFilter,
  kFind,
  kZoomIn,
  kZoomOut,
  kEarlier,
  kLater,
  kAllTime,
  kZoomToRange,
  kClearRange,
  kDropA,
  kDropB,
  kRangeOfAB,
  kKeepSnapshot,
  kInvert,
  kFocus,
  kHide,
  kMerge,
  kRecursion,
  kHotPath,
  kCopyStack,
  kOpenEditor,
  kNextHot,
  kPreviousHot,
  kPanel1,
  kPanel2,
  kPanel3,
  kPanel4,
  kPanel5,
  kPanel6,
  kPanel7,
  kPanel8,
  kPanel9,
  kDark,
  kHelp,
};
inline constexpr std::size_t kActions = static_cast<std::size_t>(Action::kHelp) + 1;

enum class Menu : std::uint8_t { kFile, kSelection, kTime, kCalls, kView, kHelp };
inline constexpr std::array<Menu, 6> kMenus = {Menu::kFile,  Menu::kSelection, Menu::kTime,
                                               Menu::kCalls, Menu::kView,      Menu::kHelp};

struct ActionInfo {
  Action action{};
  Menu menu{};
  int key = 0;  // GLFW's; 0: none
  bool control = false, alt = false, shift = false;
  std::string_view shortcut;  // as menus and the help show it
  std::string_view label;     // in the menu
  int second_key = 0;         // does the same, without modifiers
};

// All of them, in the order of the menus.
std::span<const ActionInfo> all_actions();
const ActionInfo& info_of(Action action);
std::string_view name_of(Menu menu);

using ActionSet = std::bitset<kActions>;

// Those whose keys were pressed in this frame. While text is typed only those with Ctrl count.
ActionSet pressed_actions();

}  // namespace heaptally::view
