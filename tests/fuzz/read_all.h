// What both fuzzers do with a file.
#pragma once

#include <filesystem>

namespace heaptally {

// Reads a recording, asks all there is to ask and writes every kind of report to nowhere. A file
// that is refused with an Error is a good end; any other way out is a bug.
void read_all(const std::filesystem::path& path);

}  // namespace heaptally
