#include "core/report/style.h"

#include <unistd.h>

#include <cstdlib>

namespace heaptally {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Style Style::of(int descriptor) {
  return Style(variable("NO_COLOR").empty() && variable("TERM") != "dumb" &&
               isatty(descriptor) == 1);
}

std::string Style::bold(std::string_view text) const { return marked(1, text); }

std::string Style::dim(std::string_view text) const { return marked(2, text); }

std::string Style::coloured(Colour colour, std::string_view text) const {
  return marked(static_cast<int>(colour), text);
}

std::string Style::marked(int code, std::string_view text) const {
  if (!is_on_ || text.empty()) return std::string(text);
  return "\x1b[" + std::to_string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace heaptally
