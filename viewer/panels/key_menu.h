// KeyMenu: what can be done with what a row stands for, by its menu and by keys.
#pragma once

#include <string>
#include <string_view>

#include "viewer/model/key_names.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// The items of a menu that is open. `label`: what "Copy" takes. `source_key`: what shows the
// source, too; null: nothing does.
void key_menu_items(View& view, const KeyNames& names, std::string_view label,
                    const char* source_key = "Enter");
// What the actions of this frame ask of it.
void do_key_actions(View& view, const KeyNames& names);
// Shows the source, or says why that cannot be.
void show_source_of(View& view, const KeyNames& names);

// Opens the user's editor; whatever is wrong is told in the status bar.
void open_editor(View& view, const SourcePlace& place);

}  // namespace heaptally::view
