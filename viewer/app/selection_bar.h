// The bar that shows the selection, and what keys do to it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "viewer/app/filter_field.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// Metric, unit, moment, range, filters: to see and to change.
void draw_selection(View& view, FilterField& field);
// What the actions of this frame change of it.
void change_selection(View& view);
// For tests and scripts.
void tell_selection(const Selection& selection, nlohmann::json& state);

}  // namespace heaptally::view
