// Syntax: what colours a line of source has; enough to tell comments and strings from code.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace heaptally::view {

enum class TokenKind : std::uint8_t { kPlain, kKeyword, kText, kComment, kNumber };

// A stretch of a line; stretches follow one another and cover it.
struct Token {
  std::uint32_t begin = 0, size = 0;
  TokenKind kind = TokenKind::kPlain;

  friend bool operator==(const Token&, const Token&) = default;
};

// Purpose: reads the lines of one file in order, and remembers what goes on over their ends.
class Syntax {
 public:
  // By the file's name: C and what is written like it, Python and other scripts; else plain.
  explicit Syntax(std::string_view file);

  std::vector<Token> line(std::string_view text);

 private:
  enum class Kind : std::uint8_t { kPlain, kC, kScript };
  std::size_t end_of_text(std::string_view text, std::size_t from, char quote) const;
  bool begins_comment(std::string_view text, std::size_t at) const;
  std::size_t skip_open(std::string_view text);
  Token next(std::string_view text, std::size_t at);

  Kind kind_;
  bool in_comment_ = false;        // of several lines
  std::string_view in_text_ = {};  // of several lines: what ends it
};

}  // namespace heaptally::view
