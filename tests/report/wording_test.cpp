#include "core/report/wording.h"

#include <gtest/gtest.h>

namespace heaptally {
namespace {

using std::chrono::milliseconds;

TEST(Wording, KeepsTextOnOneLineOfATerminal) {
  EXPECT_EQ(printable("a b \xc3\xa4"), "a b \xc3\xa4");
  EXPECT_EQ(printable("a\nb\x1b[31m\x7f"), "a\\x0ab\\x1b[31m\\x7f");
  EXPECT_EQ(printable("a\tb"), "a\\x09b");
  EXPECT_EQ(printable_source("a\tb\x1b"), "a\tb\\x1b");
}

TEST(Wording, GroupsDigits) {
  EXPECT_EQ(grouped_text(0), "0");
  EXPECT_EQ(grouped_text(999), "999");
  EXPECT_EQ(grouped_text(1000), "1,000");
  EXPECT_EQ(grouped_text(18446744073709551615u), "18,446,744,073,709,551,615");
}

TEST(Wording, Counts) {
  EXPECT_EQ(counted(0, "block"), "0 blocks");
  EXPECT_EQ(counted(1, "block"), "1 block");
  EXPECT_EQ(counted(2, "process", "processes"), "2 processes");
}

TEST(Wording, CutsCommandsToFit) {
  EXPECT_EQ(command_text("cc -O2 a.c", 10), "cc -O2 a.c");
  EXPECT_EQ(command_text("cc -O2 ab.c", 10), "cc -O2 ...");
  EXPECT_EQ(command_text("/opt/tools/bin/cc -O2 ab.c", 10), "cc -O2 ...");
  EXPECT_EQ(command_text("/bin/cc -c file.c", 16), "/bin/cc -c fi...");
  EXPECT_EQ(command_text("/opt/tools/bin/cc", 17), "/opt/tools/bin/cc");
  EXPECT_EQ(command_text("/opt/tools/bin/cc", 16), "cc");
  EXPECT_EQ(command_text("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4", 4),
            "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4");
  EXPECT_EQ(command_text("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4-", 4), "\xc3\xa4...");
  EXPECT_EQ(command_text("a\nb", 80), "a\\x0ab");
  EXPECT_EQ(command_text("", 5), "");
}

TEST(Wording, WritesShares) {
  EXPECT_EQ(percent_text(1, 3), "33.3 %");
  EXPECT_EQ(percent_text(0, 0), "0.0 %");
}

TEST(Wording, WritesDurations) {
  EXPECT_EQ(duration_text(Nanoseconds(-1'500'000)), "-1.5 ms");
  EXPECT_EQ(duration_text(Nanoseconds(850'000)), "850 us");
  EXPECT_EQ(duration_text(Nanoseconds(12'340'000)), "12.3 ms");
  EXPECT_EQ(duration_text(milliseconds(1234)), "1.234 s");
  EXPECT_EQ(duration_text(milliseconds(125'000)), "2 m 05 s");
  EXPECT_EQ(duration_text(milliseconds(11'220'000)), "3 h 07 m");
}

TEST(Wording, WritesMomentsWithoutRounding) {
  EXPECT_EQ(moment_text(Nanoseconds(0)), "0 s");
  EXPECT_EQ(moment_text(milliseconds(1500)), "1.5 s");
  EXPECT_EQ(moment_text(milliseconds(10'000)), "10 s");
  EXPECT_EQ(moment_text(Nanoseconds(1'000'000'001)), "1.000000001 s");
}

}  // namespace
}  // namespace heaptally
