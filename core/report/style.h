// Style: bold, dim and coloured text, for terminals that want it.
#pragma once

#include <string>
#include <string_view>

namespace heaptally {

// The eight colours that every terminal has; their numbers are the terminal's.
enum class Colour { kRed = 31, kGreen = 32, kYellow = 33, kBlue = 34, kMagenta = 35, kCyan = 36 };

// Purpose: marks up text, or leaves it as it is. Marked text is longer than it is wide: measure
//   and pad it first.
class Style {
 public:
  // Leaves text as it is.
  Style() = default;
  explicit Style(bool is_on) : is_on_(is_on) {}
  // On if `descriptor` is a terminal that is not "dumb", and NO_COLOR is unset or empty
  // (https://no-color.org).
  static Style of(int descriptor);

  bool is_on() const { return is_on_; }
  std::string bold(std::string_view text) const;
  std::string dim(std::string_view text) const;
  std::string coloured(Colour colour, std::string_view text) const;

 private:
  std::string marked(int code, std::string_view text) const;

  bool is_on_ = false;
};

}  // namespace heaptally
