// Bytes of a fuzzer, taken as changes of values in a recording.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace heaptally {

// Applies to the recording at `path` what `input` says: each few bytes give a column, a row and a
// value of any type (numbers at the edges of their ranges, texts, blobs, packed blobs, NULL), or
// remove or repeat a row. Any input means something. What SQLite refuses is left out.
void apply_changes(const std::filesystem::path& path, std::span<const std::uint8_t> input);

}  // namespace heaptally
