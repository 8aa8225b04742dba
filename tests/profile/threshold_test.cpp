#include "core/profile/threshold.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace heaptally {
namespace {

TEST(Threshold, IsAShareOrAnAmount) {
  EXPECT_EQ(parse_threshold("1%", false, "--min").of(1000), 10u);
  EXPECT_EQ(parse_threshold("1%", false, "--min").of(1001), 11u);
  EXPECT_EQ(parse_threshold("0.5%", true, "--min").of(1000), 5u);
  EXPECT_EQ(parse_threshold("0", false, "--min").of(1000), 0u);
  EXPECT_EQ(parse_threshold("4096", false, "--min").of(1000), 4096u);
  EXPECT_EQ(parse_threshold("100KiB", false, "--min").of(0), 102400u);
  EXPECT_EQ(parse_threshold("1.5 MiB", false, "--min").of(0), 1572864u);
  EXPECT_EQ(parse_threshold("7", true, "--min").of(0), 7u);
  EXPECT_EQ(parse_threshold("100%", false, "--min").of(~std::uint64_t{0}), std::uint64_t{1} << 63);
  EXPECT_EQ(parse_threshold("99999999999999999999", false, "--min").of(0), std::uint64_t{1} << 63);
}

TEST(Threshold, IsNothingElse) {
  for (const char* text : {"", "%", "one", "-1", "1kb", "101%", "1e3", "nan", "1 %x", "KiB"}) {
    EXPECT_THROW(parse_threshold(text, false, "--min"), Error) << text;
  }
  EXPECT_THROW(parse_threshold("1KiB", true, "--min"), Error);
}

}  // namespace
}  // namespace heaptally
