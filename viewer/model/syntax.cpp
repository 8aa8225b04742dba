#include "viewer/model/syntax.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <string>

namespace heaptally::view {
namespace {

constexpr std::array<std::string_view, 21> kLikeC = {
    ".c",  ".cc", ".cpp", ".cxx", ".h",  ".hh", ".hpp",  ".hxx", ".inl",   ".ipp", ".tcc",
    ".rs", ".go", ".js",  ".ts",  ".jl", ".d",  ".java", ".zig", ".swift", ".cu"};
constexpr std::array<std::string_view, 6> kScripts = {".py", ".pyx", ".rb", ".sh", ".pl", ".lua"};

// Sorted, of all languages together.
constexpr std::array<std::string_view, 92> kKeywords = {
    "alignas",   "alignof",  "and",      "as",        "async",     "auto",      "await",
    "bool",      "break",    "case",     "catch",     "char",      "class",     "co_await",
    "co_return", "co_yield", "concept",  "const",     "consteval", "constexpr", "continue",
    "decltype",  "def",      "default",  "del",       "delete",    "do",        "double",
    "elif",      "else",     "enum",     "except",    "explicit",  "extern",    "false",
    "final",     "finally",  "float",    "fn",        "for",       "friend",    "from",
    "goto",      "if",       "impl",     "import",    "in",        "inline",    "int",
    "is",        "lambda",   "let",      "long",      "match",     "mod",       "mut",
    "namespace", "new",      "noexcept", "not",       "nullptr",   "operator",  "or",
    "override",  "pass",     "private",  "protected", "pub",       "public",    "raise",
    "requires",  "return",   "self",     "short",     "signed",    "sizeof",    "static",
    "struct",    "switch",   "template", "this",      "throw",     "true",      "try",
    "typedef",   "typename", "union",    "unsigned",  "using",     "virtual",   "void",
    "while"};
static_assert(std::is_sorted(kKeywords.begin(), kKeywords.end()));

bool is_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::size_t end_of_word(std::string_view text, std::size_t at) {
  while (at < text.size() && is_letter(text[at])) ++at;
  return at;
}

Token token(std::size_t begin, std::size_t end, TokenKind kind) {
  return {.begin = static_cast<std::uint32_t>(begin),
          .size = static_cast<std::uint32_t>(end - begin),
          .kind = kind};
}

void add_token(std::vector<Token>& tokens, Token next) {
  if (next.size == 0) return;
  if (!tokens.empty() && tokens.back().kind == next.kind) {
    tokens.back().size += next.size;
  } else {
    tokens.push_back(next);
  }
}

}  // namespace

Syntax::Syntax(std::string_view file) : kind_(Kind::kPlain) {
  const std::string extension = std::filesystem::path(file).extension().string();
  const auto is_one_of = [&](const auto& list) {
    return std::find(list.begin(), list.end(), extension) != list.end();
  };
  if (is_one_of(kLikeC)) kind_ = Kind::kC;
  if (is_one_of(kScripts)) kind_ = Kind::kScript;
}

std::size_t Syntax::end_of_text(std::string_view text, std::size_t from, char quote) const {
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      return i + 1;
    }
  }
  return text.size();
}

bool Syntax::begins_comment(std::string_view text, std::size_t at) const {
  if (kind_ == Kind::kScript) return text[at] == '#';
  return text.substr(at).starts_with("//");
}

// The end of what was begun on a line before.
std::size_t Syntax::skip_open(std::string_view text) {
  const std::string_view ends = in_comment_ ? "*/" : in_text_;
  const std::size_t end = text.find(ends);
  if (end == std::string_view::npos) return text.size();
  in_comment_ = false;
  in_text_ = {};
  return end + ends.size();
}

Token Syntax::next(std::string_view text, std::size_t at) {
  const char first = text[at];
  if (begins_comment(text, at)) return token(at, text.size(), TokenKind::kComment);
  if (kind_ == Kind::kC && text.substr(at).starts_with("/*")) {
    const std::size_t end = text.find("*/", at + 2);
    in_comment_ = end == std::string_view::npos;
    return token(at, in_comment_ ? text.size() : end + 2, TokenKind::kComment);
  }
  for (const std::string_view three : {"\"\"\"", "'''"}) {
    if (kind_ != Kind::kScript || !text.substr(at).starts_with(three)) continue;
    const std::size_t end = text.find(three, at + 3);
    if (end == std::string_view::npos) in_text_ = three;
    return token(at, end == std::string_view::npos ? text.size() : end + 3, TokenKind::kText);
  }
  // A digit separator or a lifetime is no text.
  const bool is_quote = first == '"' || (first == '\'' && (at == 0 || !is_letter(text[at - 1])) &&
                                         text.find('\'', at + 1) != std::string_view::npos);
  if (is_quote) return token(at, end_of_text(text, at + 1, first), TokenKind::kText);
  if (!is_letter(first)) return token(at, at + 1, TokenKind::kPlain);
  const std::size_t end = end_of_word(text, at);
  if (std::isdigit(static_cast<unsigned char>(first)) != 0) {
    return token(at, end, TokenKind::kNumber);
  }
  const bool is_keyword =
      std::binary_search(kKeywords.begin(), kKeywords.end(), text.substr(at, end - at));
  return token(at, end, is_keyword ? TokenKind::kKeyword : TokenKind::kPlain);
}

std::vector<Token> Syntax::line(std::string_view text) {
  std::vector<Token> tokens;
  if (kind_ == Kind::kPlain) {
    add_token(tokens, token(0, text.size(), TokenKind::kPlain));
    return tokens;
  }
  std::size_t at = 0;
  if (in_comment_ || !in_text_.empty()) {
    const TokenKind kind = in_comment_ ? TokenKind::kComment : TokenKind::kText;
    at = skip_open(text);
    add_token(tokens, token(0, at, kind));
  }
  while (at < text.size()) {
    const Token found = next(text, at);
    add_token(tokens, found);
    at += found.size;
  }
  return tokens;
}

}  // namespace heaptally::view
