// What a program does to look at its own memory, as one does with Python's tracemalloc.
#pragma once

#include <cstddef>

namespace samples {

// Writes a snapshot of this process to a new file, in place of one by that name, and returns
// whether it could: not if the program is not recorded, which is said on stderr.
bool take_snapshot(const char* file);

// Prints the lines that hold most in a snapshot, then those that changed most since an older one.
// Ends the program with status 1 if they cannot be read.
void print_top_lines(const char* file, std::size_t limit);
void print_top_changes(const char* file, const char* older, std::size_t limit);

}  // namespace samples
