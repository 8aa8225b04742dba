// Patterns as Python's fnmatch understands them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heaptally {

// A case-sensitive shell pattern over UTF-8 text: `*` any text, slashes included; `?` one
// character; `[a-z]` and `[!a-z]` one of a set. There is no escape character; `[*]` is a literal
// star, and a `[` that is never closed is itself. Every text is a valid pattern.
class Pattern {
 public:
  explicit Pattern(std::string_view text);

  bool matches(std::string_view subject) const;

 private:
  enum class Kind { kLiteral, kAnyCharacter, kAnyText, kSet };
  struct Token {
    Kind kind = Kind::kLiteral;
    char32_t literal = 0;
    bool negated = false;
    std::vector<std::pair<char32_t, char32_t>> ranges;  // both ends included
  };

  // Reads the set that begins after the `[` at `open`; returns the position after its `]`, or
  // `open` if it is not closed.
  std::size_t add_set(std::u32string_view text, std::size_t open);
  static bool accepts(const Token& token, char32_t character);

  std::vector<Token> tokens_;
};

}  // namespace heaptally
