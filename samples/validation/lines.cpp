#include "samples/validation/lines.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace samples::validation {
namespace {

constexpr std::size_t kMostOfReason = 160;

[[noreturn]] void give_up(const char* file) {
  std::fprintf(stderr, "%s: %s\n", file, std::strerror(errno));
  std::exit(EXIT_FAILURE);
}

}  // namespace

Arguments::Arguments(int argc, char** argv) : file(argc > 1 ? argv[1] : nullptr) {
  bool is_right = argc == 2 || argc == 3;
  if (argc == 3) {
    const std::string_view number = argv[2];
    const auto [end, error] = std::from_chars(number.begin(), number.end(), shown);
    is_right = error == std::errc{} && end == number.end();
  }
  if (is_right) return;
  std::fprintf(stderr, "usage: %s FILE [SHOWN], SHOWN errors at most\n", argv[0]);
  std::exit(2);
}

Lines::Lines(const char* file, std::size_t padding)
    : file_(file), padding_(padding), in_(file, std::ios::binary) {
  if (!in_) give_up(file);
}

bool Lines::next() {
  if (!std::getline(in_, line_)) {  // allocates the line
    if (in_.bad()) give_up(file_);
    return false;
  }
  ++number_;
  longest_ = std::max(longest_, line_.size());
  line_.reserve(line_.size() + padding_);  // allocates its padding
  return true;
}

int Lines::broken(std::size_t byte, std::string_view reason) const {
  std::fprintf(stderr, "%s:%" PRIu64 ":", file_, number_);
  if (byte > 0) std::fprintf(stderr, "%zu:", byte);
  // A parser may cite what it read, however much that is.
  reason = reason.substr(0, kMostOfReason);
  std::fprintf(stderr, " not JSON: %.*s\n", static_cast<int>(reason.size()), reason.data());
  return EXIT_FAILURE;
}

}  // namespace samples::validation
