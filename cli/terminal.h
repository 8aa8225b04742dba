// What is known of the terminal that standard output may be.
#pragma once

#include <cstddef>

namespace heaptally {

// Its columns; 0 if standard output is no terminal, or one that does not tell.
std::size_t terminal_width();

// Whether it is one that shows colours to somebody who wants them (NO_COLOR is not set).
bool terminal_has_colours();

}  // namespace heaptally
