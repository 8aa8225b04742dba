// What is known of the terminal that standard output may be.
#pragma once

#include <cstddef>

namespace heaptally {

// Its columns; 0 if standard output is no terminal, or one that does not tell.
std::size_t terminal_width();

// Whether drawings are to be in ASCII: the user's language setting has no UTF-8, or standard output
// is a terminal that is "dumb".
bool wants_ascii();

}  // namespace heaptally
