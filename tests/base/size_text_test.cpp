#include "core/base/size_text.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heaptally {
namespace {

// All expectations are what CPython's tracemalloc._format_size answers; for averages, to the
// quotient as a float.

TEST(SizeText, IsTracemallocs) {
  const std::vector<std::pair<std::uint64_t, const char*>> sizes = {
      {0u, "0 B"},
      {1u, "1 B"},
      {99u, "99 B"},
      {100u, "100 B"},
      {1023u, "1023 B"},
      {1024u, "1024 B"},
      {9999u, "9999 B"},
      {10239u, "10239 B"},
      {10240u, "10.0 KiB"},
      {10241u, "10.0 KiB"},
      {10291u, "10.0 KiB"},
      {10292u, "10.1 KiB"},
      {10495u, "10.2 KiB"},
      {10496u, "10.2 KiB"},
      {10497u, "10.3 KiB"},
      {10547u, "10.3 KiB"},
      {10598u, "10.3 KiB"},
      {10599u, "10.4 KiB"},
      {102348u, "99.9 KiB"},
      {102349u, "100.0 KiB"},
      {102399u, "100.0 KiB"},
      {102400u, "100 KiB"},
      {102401u, "100 KiB"},
      {102912u, "100 KiB"},
      {103936u, "102 KiB"},
      {104960u, "102 KiB"},
      {10485247u, "10239 KiB"},
      {10485248u, "10240 KiB"},
      {10485759u, "10240 KiB"},
      {10485760u, "10.0 MiB"},
      {10485761u, "10.0 MiB"},
      {104805785u, "100.0 MiB"},
      {104857599u, "100.0 MiB"},
      {104857600u, "100 MiB"},
      {10737418239u, "10240 MiB"},
      {10737418240u, "10.0 GiB"},
      {10995116277759u, "10240 GiB"},
      {10995116277760u, "10.0 TiB"},
      {10995116277761u, "10.0 TiB"},
      {112589990684262400u, "102400 TiB"},
      {112589990684262399u, "102400 TiB"},
      {1152921504606846976u, "1048576 TiB"},
      {9223372036854775807u, "8388608 TiB"},
      {18446744073709551615u, "16777216 TiB"},
  };
  for (const auto& [size, text] : sizes) EXPECT_EQ(size_text(size), text) << size;
}

TEST(SizeText, ShowsTheSignOfChanges) {
  const std::vector<std::pair<std::int64_t, const char*>> sizes = {
      {0, "+0 B"},
      {1, "+1 B"},
      {-1, "-1 B"},
      {99, "+99 B"},
      {-99, "-99 B"},
      {100, "+100 B"},
      {5000, "+5000 B"},
      {-5000, "-5000 B"},
      {10239, "+10239 B"},
      {-10239, "-10239 B"},
      {10240, "+10.0 KiB"},
      {-10240, "-10.0 KiB"},
      {10496, "+10.2 KiB"},
      {-10496, "-10.2 KiB"},
      {102399, "+100.0 KiB"},
      {-102399, "-100.0 KiB"},
      {102400, "+100 KiB"},
      {-102400, "-100 KiB"},
      {102912, "+100 KiB"},
      {-102912, "-100 KiB"},
      {103936, "+102 KiB"},
      {4611686018427387904, "+4194304 TiB"},
      {-4611686018427387904, "-4194304 TiB"},
  };
  for (const auto& [size, text] : sizes) EXPECT_EQ(signed_size_text(size), text) << size;
}

TEST(SizeText, RoundsAveragesWithTheirFraction) {
  const std::vector<std::pair<Amount, const char*>> amounts = {
      {{1u, 2}, "0 B"},
      {{3u, 2}, "2 B"},
      {{5u, 2}, "2 B"},
      {{7u, 2}, "4 B"},
      {{66u, 1}, "66 B"},
      {{5002u, 2}, "2501 B"},
      {{20479u, 2}, "10240 B"},
      {{20480u, 2}, "10.0 KiB"},
      {{10u, 3}, "3 B"},
      {{0u, 5}, "0 B"},
      {{199u, 2}, "100 B"},
      {{205312u, 2}, "100 KiB"},
      {{1000000000000000u, 7}, "130 TiB"},
      {{1u, 3}, "0 B"},
      {{18446744073709551615u, 3}, "5592405 TiB"},
  };
  for (const auto& [amount, text] : amounts) {
    EXPECT_EQ(average_text(amount), text) << amount.bytes << " in " << amount.count;
  }
}

}  // namespace
}  // namespace heaptally
