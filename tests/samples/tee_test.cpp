// What the tee of samples/exhaustion keeps, and for whom.
#include "samples/exhaustion/tee.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace samples {
namespace {

using Words = Generator<std::string>;
using ThreeWay = Tee<std::string, 3>;

Words words(int count, int& made) {
  for (int number = 1; number <= count; ++number) {
    ++made;
    co_yield std::to_string(number);
  }
}

std::vector<std::string> next(Words& generator, int count) {
  std::vector<std::string> some;
  while (count-- > 0) {
    const auto at = generator.begin();
    if (at == generator.end()) break;
    some.push_back(*at);
  }
  return some;
}

TEST(Tee, GivesEachConsumerAllAtItsOwnPace) {
  int made = 0;
  ThreeWay tee(words(4, made));
  Words a = tee.consumer(0);
  Words b = tee.consumer(1);
  Words c = tee.consumer(2);
  EXPECT_EQ(made, 0);
  EXPECT_EQ(next(a, 2), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(made, 2);
  EXPECT_EQ(next(b, 1), (std::vector<std::string>{"1"}));
  EXPECT_EQ(made, 2);
  EXPECT_EQ(next(c, 3), (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_EQ(made, 3);
  EXPECT_EQ(next(b, 9), (std::vector<std::string>{"2", "3", "4"}));
  EXPECT_EQ(next(a, 9), (std::vector<std::string>{"3", "4"}));
  EXPECT_EQ(next(c, 9), (std::vector<std::string>{"4"}));
  EXPECT_EQ(next(a, 9), (std::vector<std::string>{}));
  EXPECT_EQ(made, 4);
}

TEST(Tee, KeepsWhatTheSlowestHasNotTaken) {
  constexpr int kMany = 10'000;
  int made = 0;
  const OwnTally before = ThreeWay::buffer;
  {
    ThreeWay tee(words(kMany, made));
    const auto live = [&] { return ThreeWay::buffer.live - before.live; };
    Words fast = tee.consumer(0);
    Words medium = tee.consumer(1);
    Words slow = tee.consumer(2);
    const auto small = live();
    next(fast, kMany);
    next(medium, kMany);
    EXPECT_GE(live(), kMany * sizeof(std::string));
    next(slow, kMany / 2);
    EXPECT_LT(live(), kMany * sizeof(std::string));
    next(slow, kMany / 2);
    // What is left is the deque's table of blocks.
    EXPECT_LT(live() - small, kMany * sizeof(std::string) / 10);
  }
  EXPECT_EQ(ThreeWay::buffer.live, before.live);
}

Words failing() {
  co_yield "good";
  throw std::runtime_error("bad");
}

TEST(Tee, TellsWhoAskedOfAnException) {
  ThreeWay tee(failing());
  Words first = tee.consumer(0);
  Words second = tee.consumer(1);
  EXPECT_EQ(next(first, 1), (std::vector<std::string>{"good"}));
  EXPECT_THROW(next(first, 1), std::runtime_error);
  EXPECT_EQ(first.state(), GeneratorState::closed);
  EXPECT_EQ(next(second, 9), (std::vector<std::string>{"good"}));
  EXPECT_EQ(second.state(), GeneratorState::closed);
}

TEST(Tee, HasNoOtherConsumers) {
  int made = 0;
  ThreeWay tee(words(1, made));
  Words fourth = tee.consumer(3);
  EXPECT_THROW(fourth.begin(), std::out_of_range);
}

}  // namespace
}  // namespace samples
