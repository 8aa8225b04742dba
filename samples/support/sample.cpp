#include "samples/support/sample.h"

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace samples {
namespace {

constexpr std::uint64_t kDefaultCount = 1'000'000;
constexpr std::uint64_t kMaxCount = 100'000'000;  // 2 GiB at the list's peak

}  // namespace

void OwnTally::allocated(std::size_t size) {
  ++allocations;
  bytes += size;
  live += size;
  peak = std::max(peak, live);
}

std::uint64_t number_count(int argc, char** argv) {
  if (argc == 1) return kDefaultCount;
  if (argc == 2) {
    const std::string_view text = argv[1];
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), count);
    if (error == std::errc{} && end == text.end() && count <= kMaxCount) return count;
  }
  std::fprintf(stderr, "usage: %s [COUNT], from 0 to %" PRIu64 "\n", argc > 0 ? argv[0] : "sample",
               kMaxCount);
  std::exit(2);
}

int report(std::uint64_t count, std::uint64_t sum, const OwnTally& tally) {
  std::printf("count=%" PRIu64 "\n", count);
  std::printf("sum=%" PRIu64 "\n", sum);
  std::printf("allocations=%" PRIu64 "\n", tally.allocations);
  std::printf("bytes=%" PRIu64 "\n", tally.bytes);
  std::printf("peak_bytes=%" PRIu64 "\n", tally.peak);
  std::printf("live_at_end=%" PRIu64 "\n", tally.live);
  return std::fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace samples
