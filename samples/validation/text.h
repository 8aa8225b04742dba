// Text: a line put together without allocating.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <string_view>

namespace samples::validation {

// Purpose: pieces one after the other; what has no room is cut off.
class Text {
 public:
  Text& add(std::string_view piece) {
    const std::size_t size = std::min(piece.size(), text_.size() - size_);
    std::copy_n(piece.begin(), size, text_.begin() + size_);
    size_ += size;
    return *this;
  }
  Text& add(std::integral auto number) { return put(number); }
  // The shortest that is read as the same number.
  Text& add(double number) { return put(number, std::chars_format::general); }

  std::string_view view() const { return {text_.data(), size_}; }

 private:
  Text& put(auto... number) {
    char* const limit = text_.data() + text_.size();
    const auto [end, error] = std::to_chars(text_.data() + size_, limit, number...);
    if (error == std::errc{}) size_ = static_cast<std::size_t>(end - text_.data());
    return *this;
  }

  std::array<char, 256> text_;
  std::size_t size_ = 0;
};

}  // namespace samples::validation
