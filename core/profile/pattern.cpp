#include "core/profile/pattern.h"

#include <algorithm>
#include <cstdint>

namespace heaptally {
namespace {

// Bytes that are not UTF-8 become lone surrogates, so that they match themselves and `?`.
constexpr char32_t kByteEscape = 0xDC00;

// The length of the UTF-8 sequence that `lead` begins; 0 if it begins none.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

std::u32string characters(std::string_view text) {
  std::u32string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = sequence_length(lead);
    bool valid = length != 0 && i + length <= text.size();
    char32_t character = length > 1 ? lead & (0x7Fu >> length) : lead;
    for (std::size_t k = 1; valid && k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      valid = (next & 0xC0) == 0x80;
      character = (character << 6) | (next & 0x3Fu);
    }
    result += valid ? character : kByteEscape + lead;
    i += valid ? length : 1;
  }
  return result;
}

}  // namespace

Pattern::Pattern(std::string_view text) {
  const std::u32string pattern = characters(text);
  for (std::size_t i = 0; i < pattern.size();) {
    const char32_t character = pattern[i++];
    if (character == U'*') {
      if (tokens_.empty() || tokens_.back().kind != Kind::kAnyText) {
        tokens_.push_back({.kind = Kind::kAnyText, .ranges = {}});
      }
    } else if (character == U'?') {
      tokens_.push_back({.kind = Kind::kAnyCharacter, .ranges = {}});
    } else if (character == U'[') {
      const std::size_t after = add_set(pattern, i);
      if (after == i) tokens_.push_back({.literal = U'[', .ranges = {}});
      i = after;
    } else {
      tokens_.push_back({.literal = character, .ranges = {}});
    }
  }
}

std::size_t Pattern::add_set(std::u32string_view text, std::size_t open) {
  std::size_t first = open;
  const bool negated = first < text.size() && text[first] == U'!';
  if (negated) ++first;
  // A `]` in the first place belongs to the set.
  const std::size_t close = text.find(U']', std::min(first + 1, text.size()));
  if (close == std::u32string_view::npos) return open;

  Token set{.kind = Kind::kSet, .negated = negated, .ranges = {}};
  for (std::size_t i = first; i < close;) {
    const bool range = i + 2 < close && text[i + 1] == U'-';
    set.ranges.emplace_back(text[i], range ? text[i + 2] : text[i]);
    i += range ? 3 : 1;
  }
  tokens_.push_back(std::move(set));
  return close + 1;
}

bool Pattern::accepts(const Token& token, char32_t character) {
  switch (token.kind) {
    case Kind::kLiteral:
      return token.literal == character;
    case Kind::kAnyCharacter:
      return true;
    case Kind::kAnyText:
      return false;
    case Kind::kSet:
      break;
  }
  const bool within = std::any_of(token.ranges.begin(), token.ranges.end(), [&](const auto& range) {
    return range.first <= character && character <= range.second;
  });
  return within != token.negated;
}

// Greedy with one point to come back to: the last star suffices, so the time is at most
// pattern length times subject length.
bool Pattern::matches(std::string_view subject) const {
  const std::u32string text = characters(subject);
  std::size_t token = 0;
  std::size_t position = 0;
  std::size_t star = tokens_.size();
  std::size_t star_position = 0;
  while (position < text.size()) {
    if (token < tokens_.size() && tokens_[token].kind == Kind::kAnyText) {
      star = token++;
      star_position = position;
    } else if (token < tokens_.size() && accepts(tokens_[token], text[position])) {
      ++token;
      ++position;
    } else if (star < tokens_.size()) {
      token = star + 1;
      position = ++star_position;
    } else {
      return false;
    }
  }
  while (token < tokens_.size() && tokens_[token].kind == Kind::kAnyText) ++token;
  return token == tokens_.size();
}

}  // namespace heaptally
