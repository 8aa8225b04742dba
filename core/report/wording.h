// Small words and numbers that all reports write the same way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/types.h"

namespace heaptally {

// `text` fit for one line of a terminal: control characters, which a hostile recording may hold,
// become \xNN.
std::string printable(std::string_view text);
// The same of a line of a source file, in which tabs stay.
std::string printable_source(std::string_view text);

// 1234567 -> "1,234,567".
std::string grouped_text(std::uint64_t number);

// (1, "block") -> "1 block"; (1200, "block") -> "1,200 blocks".
std::string counted(std::uint64_t number, std::string_view singular);
std::string counted(std::uint64_t number, std::string_view singular, std::string_view plural);

// How many characters of UTF-8 there are.
std::size_t characters(std::string_view text);

// `text` with its end replaced by "..." where it is longer than `width` characters.
std::string cut_text(std::string_view text, std::size_t width);

// A command line fit for `width` characters of one line: what does not fit is cut off its end, and
// the folders of its program before that. "..." stands for what is missing.
std::string command_text(std::string_view command, std::size_t width);

// `part` of `whole` in per cent with one decimal, "0.0 %" if the whole is 0.
std::string percent_text(std::uint64_t part, std::uint64_t whole);

// For reading: "850 us", "12.3 ms", "1.234 s", "2 m 05 s", "3 h 07 m".
std::string duration_text(Nanoseconds time);

// Seconds without any rounding, so that it names the same moment when given back to --at:
// 1500 ms -> "1.5 s".
std::string moment_text(Nanoseconds time);

}  // namespace heaptally
