// The menus: every action, with what it is at present.
#pragma once

#include <filesystem>
#include <optional>

#include "viewer/panels/view.h"

namespace heaptally::view {

// Whether the action would do something.
bool is_enabled(const View& view, Action action);
// Whether what it turns on and off is on.
bool is_checked(const View& view, Action action);

// In a menu bar. What is chosen is asked for in the next frame; a recent file is returned.
std::optional<std::filesystem::path> draw_menus(View& view);

}  // namespace heaptally::view
