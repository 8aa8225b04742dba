// Suppressions: leaks that are known and not to be shown, as LeakSanitizer has them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/recording/reader.h"

namespace heaptally {

// Whether LeakSanitizer's pattern matches: anywhere in the subject, unless it begins with ^ or ends
// with $; * stands for any text. Nothing matches an empty subject.
bool suppression_matches(std::string_view pattern, std::string_view subject);

// Reads lines "leak:PATTERN"; empty ones and those that begin with # are skipped. `name`: of the
// file, for messages. Errors: Error that names the line that is none of these.
std::vector<std::string> parse_suppressions(std::string_view text, const std::string& name);
std::vector<std::string> read_suppressions(const std::filesystem::path& file);

// By trace: the number of the pattern that suppresses it, if any does. Frames are looked at from
// the most recent on, each with its module, then its functions and files, inlined ones included;
// of several patterns that match one of these, the first in order counts.
std::vector<std::optional<std::size_t>> suppressed_traces(const RecordingData& data,
                                                          const std::vector<std::string>& patterns);

}  // namespace heaptally
