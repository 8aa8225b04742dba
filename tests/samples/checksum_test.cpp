// The samples' checksum against the values that its inventors give for it.
#include "samples/support/checksum.h"

#include <gtest/gtest.h>

namespace samples {
namespace {

TEST(Checksum, IsThatOfAllParts) {
  Checksum sum;
  EXPECT_EQ(sum.value(), 0xcbf29ce484222325);
  sum.add("foo");
  sum.add("");
  sum.add("bar");
  EXPECT_EQ(sum.value(), 0x85944171f73967e8);
}

TEST(Checksum, TakesBytesOfAllValues) {
  Checksum sum;
  sum.add("\xff");
  EXPECT_EQ(sum.value(), (0xcbf29ce484222325 ^ 0xff) * 0x100000001b3);
}

}  // namespace
}  // namespace samples
