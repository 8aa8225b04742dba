// What somebody may have meant who wrote a name that does not exist.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heaptally {

// The names that are most like `wanted`, nearest first: those that have it in them, then those
// whose last part (after the last / or ::) takes the fewest changes of a character, if these are
// few.
std::vector<std::string_view> near_names(std::string_view wanted,
                                         const std::vector<std::string_view>& names);

// For a message: at most `limit` of `names`, and how many more there are. Control characters, which
// a hostile recording may hold, become '?'.
std::string list_of_names(const std::vector<std::string_view>& names, std::size_t limit);

}  // namespace heaptally
