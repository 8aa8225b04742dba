// Files that the viewer writes: whole, or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>

namespace heaptally::view {

// Calls `write` with a new file beside `goal`, which takes the place of what is there once all is
// written. Only a regular file is replaced. Errors: Error that names `goal` and the reason; those
// of `write`. After one, what was there is there still.
void write_whole_file(const std::filesystem::path& goal,
                      const std::function<void(std::ostream&)>& write);

}  // namespace heaptally::view
