#include "samples/validation/lines.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>

#include "samples/support/sample.h"

namespace samples::validation {
namespace {

constexpr std::size_t kMostOfReason = 160;

}  // namespace

Arguments::Arguments(int argc, char** argv) : file(argc > 1 ? argv[1] : nullptr) {
  const Number limits = {.name = "SHOWN", .usual = shown, .most = UINT64_MAX};
  if (argc == 2 || (argc == 3 && read_number(argv[2], limits, shown))) return;
  std::fprintf(stderr, "usage: %s FILE [SHOWN], SHOWN errors at most\n", argv[0]);
  std::exit(2);
}

Lines::Lines(const char* file, std::size_t padding)
    : file_(file), padding_(padding), in_(file, std::ios::binary) {
  if (!in_) cannot_read(file);
}

bool Lines::next() {
  if (!std::getline(in_, line_)) {  // allocates the line
    if (in_.bad()) cannot_read(file_);
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
