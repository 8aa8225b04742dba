// How much room a text takes in a terminal.
#pragma once

#include <cstddef>
#include <string_view>

namespace heaptally {

// In columns: 0 for marks that combine with the character before, 2 for wide characters such as
// Chinese ones. Bytes that are not UTF-8 count as one each.
std::size_t text_width(std::string_view text);

}  // namespace heaptally
