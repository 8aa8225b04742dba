#include "core/report/ascii.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace heaptally {
namespace {

// All have three bytes, and begin with the same.
constexpr std::size_t kBytes = 3;
constexpr char kFirst = '\xE2';
constexpr std::array<std::pair<std::string_view, char>, 24> kDrawings = {{
    {"─", '-'}, {"│", '|'}, {"├", '|'}, {"└", '`'}, {"┬", '+'}, {"┤", '+'}, {"▲", '^'}, {"▼", 'v'},
    {"▁", '.'}, {"▂", '.'}, {"▃", ':'}, {"▄", ':'}, {"▅", ':'}, {"▆", '#'}, {"▇", '#'}, {"█", '#'},
    {"▏", '-'}, {"▎", '-'}, {"▍", '-'}, {"▌", '#'}, {"▋", '#'}, {"▊", '#'}, {"▉", '#'}, {"…", '.'},
}};

// The character's bytes, as its first one says.
std::size_t bytes_of_character(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

}  // namespace

std::string drawn_in_ascii(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find(kFirst), text.size());
    result += text.substr(0, plain);
    text.remove_prefix(plain);
    const std::string_view character = text.substr(0, kBytes);
    const auto drawing = std::ranges::find(kDrawings, character, [](auto& d) { return d.first; });
    if (drawing != kDrawings.end()) {
      result += drawing->second;
    } else {
      result += character;
    }
    text.remove_prefix(character.size());
  }
  return result;
}

std::size_t complete_bytes(std::string_view text) {
  // A character's first byte is at most three before its last.
  for (std::size_t back = 1; back <= std::min<std::size_t>(text.size(), 3); ++back) {
    const char byte = text[text.size() - back];
    if ((static_cast<unsigned char>(byte) & 0xC0) == 0x80) continue;
    return bytes_of_character(byte) > back ? text.size() - back : text.size();
  }
  return text.size();
}

bool locale_has_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string text;
    for (const char character : std::string_view(value)) {
      if (character != '-') text += static_cast<char>(std::tolower(character));
    }
    return text.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace heaptally
