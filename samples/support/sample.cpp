#include "samples/support/sample.h"

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace samples {
namespace {

const char* program_name(int argc, char** argv) { return argc > 0 ? argv[0] : "sample"; }

}  // namespace

bool read_number(std::string_view text, const Number& number, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  return error == std::errc{} && end == text.end() && value >= number.least && value <= number.most;
}

void OwnTally::allocated(std::size_t size) {
  ++allocations;
  bytes += size;
  live += size;
  peak = std::max(peak, live);
}

void number_arguments(int argc, char** argv, std::span<const Number> numbers,
                      std::span<std::uint64_t> values) {
  const std::size_t given = argc > 0 ? static_cast<std::size_t>(argc - 1) : 0;
  bool is_sound = given <= numbers.size();
  for (std::size_t index = 0; index < numbers.size() && is_sound; ++index) {
    values[index] = numbers[index].usual;
    if (index < given) is_sound = read_number(argv[index + 1], numbers[index], values[index]);
  }
  if (is_sound) return;
  std::fprintf(stderr, "usage: %s", program_name(argc, argv));
  for (const Number& number : numbers) std::fprintf(stderr, " [%s", number.name);
  for (std::size_t index = 0; index < numbers.size(); ++index) std::fputc(']', stderr);
  const char* before = ",";
  for (const Number& number : numbers) {
    std::fprintf(stderr, "%s from %" PRIu64 " to %" PRIu64, before, number.least, number.most);
    before = " and";
  }
  std::fputc('\n', stderr);
  std::exit(2);
}

std::uint64_t number_argument(int argc, char** argv, const Number& number) {
  std::uint64_t value = 0;
  number_arguments(argc, argv, {&number, 1}, {&value, 1});
  return value;
}

std::uint64_t number_count(int argc, char** argv) {
  // At most 2 GiB at the list's peak.
  return number_argument(argc, argv, {.name = "COUNT", .usual = 1'000'000, .most = 100'000'000});
}

const char* file_argument(int argc, char** argv) {
  if (argc == 2) return argv[1];
  std::fprintf(stderr, "usage: %s FILE\n", program_name(argc, argv));
  std::exit(2);
}

void cannot_read(const char* path, const char* why) {
  std::fprintf(stderr, "%s: %s\n", path, why);
  std::exit(EXIT_FAILURE);
}

void say(std::string_view key, std::uint64_t value) {
  std::printf("%.*s=%" PRIu64 "\n", static_cast<int>(key.size()), key.data(), value);
}

void say(const OwnTally& tally) {
  say("allocations", tally.allocations);
  say("bytes", tally.bytes);
  say("peak_bytes", tally.peak);
  say("live_at_end", tally.live);
}

int finished() { return std::fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE; }

int report(std::uint64_t count, std::uint64_t sum, const OwnTally& tally) {
  say("count", count);
  say("sum", sum);
  say(tally);
  return finished();
}

NumberAndFile number_and_file(int argc, char** argv, const Number& number) {
  NumberAndFile given{};
  if (argc == 3 && read_number(argv[1], number, given.number)) {
    given.file = argv[2];
    return given;
  }
  std::fprintf(stderr, "usage: %s %s FILE, %s from %" PRIu64 " to %" PRIu64 "\n",
               program_name(argc, argv), number.name, number.name, number.least, number.most);
  std::exit(2);
}

}  // namespace samples
