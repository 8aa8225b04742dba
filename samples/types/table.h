// What there is to be one of: a table that takes a mebibyte, and some time to fill.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace samples {

class Table {
 public:
  static constexpr std::size_t kNumbers = std::size_t{1} << 17;
  static constexpr std::size_t kBytes = kNumbers * sizeof(std::uint64_t);

  Table();
  std::uint64_t square(std::uint64_t number) const { return squares_[number]; }

  // Tables that were made. Set before any code runs, so that a table may be made before main.
  static inline constinit std::atomic<unsigned> made = 0;

 private:
  std::vector<std::uint64_t> squares_;
};

// The program: `threads` of them, its argument, ask for the table at once. Returns main's status.
int ask_for_table(int argc, char** argv, const Table& (*table)());

}  // namespace samples
