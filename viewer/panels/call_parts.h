// What panels of calls have in common: what is told of a call, and what may be done to it.
#pragma once

#include <cstdint>
#include <string>

#include "viewer/model/calls.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// Next to the pointer: the whole name, where it is, exact numbers. `hint`: what a click does.
void call_tooltip(const View& view, const Calls& calls, std::uint32_t node, std::string_view hint);

// The items of a context menu; between BeginPopup and EndPopup.
void draw_call_menu(View& view, const Calls& calls, std::uint32_t node);

// What the keys of this frame do to a call: focus, hide, merge, copy its stack.
void do_call_actions(View& view, const Calls& calls, std::uint32_t node);

// A line above the calls: what they come to, when, and what is left out.
void draw_calls_heading(const View& view, const Calls& calls, bool is_current);

// What the whole comes to for the colour or text of a change: "+12.0 MiB" in the selection's unit.
std::string change_of_call(const Calls& calls, const ComparedAmount& amount);
// By how much of the greater of both it changed, from -1 to 1.
double relative_change(const Calls& calls, const ComparedAmount& amount);

// The choice between functions, lines, files and modules; returns whether it changed.
bool group_choice(Group& group);

// "2 of 17 calls, 45.1 % of all": what a search found.
std::string matches_text(const CallMatches& matches);

// The current window's keys are the panel's own, not those that Dear ImGui moves its cursor by.
void take_arrow_keys();

}  // namespace heaptally::view
