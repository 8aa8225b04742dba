// Drawings in ASCII, for terminals that know nothing else.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace heaptally {

// The text with each character that reports draw with (lines, blocks, marks) replaced by one of
// ASCII, so that it is as wide as before. All else stays: names are what they are.
std::string drawn_in_ascii(std::string_view text);

// Where to cut a text that goes on so that no character is cut: after all of its bytes, or before a
// character of UTF-8 that it ends within.
std::size_t complete_bytes(std::string_view text);

// Whether the user's language setting (LC_ALL, LC_CTYPE, LANG: the first that is set) has UTF-8.
bool locale_has_utf8();

}  // namespace heaptally
