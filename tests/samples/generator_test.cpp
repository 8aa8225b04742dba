// What the samples' generator promises at each turn of its life.
#include "samples/support/generator.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace samples {
namespace {

using Words = Generator<std::string>;

// Counts what is alive of it.
using Guest = std::shared_ptr<int>;

Words words(Guest guest) {
  for (int number = 1; number <= *guest; ++number) co_yield std::to_string(number);
}

Words failing(Guest guest) {
  co_yield "first";
  throw std::runtime_error("after " + std::to_string(*guest));
}

std::vector<std::string> all_of(Words& generator) {
  std::vector<std::string> all;
  for (const std::string& word : generator) all.push_back(word);
  return all;
}

TEST(Generator, GoesThroughItsStates) {
  Words three = words(std::make_shared<int>(3));
  EXPECT_EQ(three.state(), GeneratorState::created);
  EXPECT_EQ(*three.begin(), "1");
  EXPECT_EQ(three.state(), GeneratorState::suspended);
  EXPECT_EQ(all_of(three), (std::vector<std::string>{"2", "3"}));
  EXPECT_EQ(three.state(), GeneratorState::closed);
}

TEST(Generator, ThatEndedIsEmptyForEver) {
  Words none = words(std::make_shared<int>(0));
  EXPECT_EQ(all_of(none), std::vector<std::string>{});
  EXPECT_EQ(none.state(), GeneratorState::closed);
  EXPECT_TRUE(none.begin() == none.end());
  EXPECT_EQ(all_of(none), std::vector<std::string>{});
}

TEST(Generator, RunsNothingUntilItIsAsked) {
  const Guest guest = std::make_shared<int>(1);
  { const Words unused = failing(guest); }
  EXPECT_EQ(guest.use_count(), 1);
}

TEST(Generator, IsClosedByAnException) {
  const Guest guest = std::make_shared<int>(7);
  Words fails = failing(guest);
  auto at = fails.begin();
  EXPECT_EQ(*at, "first");
  EXPECT_THROW(++at, std::runtime_error);
  EXPECT_EQ(fails.state(), GeneratorState::closed);
  EXPECT_TRUE(at == fails.end());
  EXPECT_EQ(all_of(fails), std::vector<std::string>{});
  fails.close();
  EXPECT_EQ(guest.use_count(), 1);
}

TEST(Generator, CloseDestroysWhatItHolds) {
  const Guest guest = std::make_shared<int>(3);
  Words three = words(guest);
  auto at = three.begin();
  EXPECT_EQ(guest.use_count(), 2);
  three.close();
  EXPECT_EQ(guest.use_count(), 1);
  EXPECT_EQ(three.state(), GeneratorState::closed);
  EXPECT_TRUE(at == three.end());
  EXPECT_EQ(all_of(three), std::vector<std::string>{});
  three.close();
}

TEST(Generator, DestructionAndAssignmentDestroyWhatItHolds) {
  const Guest guest = std::make_shared<int>(3);
  {
    Words three = words(guest);
    EXPECT_EQ(*three.begin(), "1");
  }
  EXPECT_EQ(guest.use_count(), 1);

  Words replaced = words(guest);
  replaced = words(std::make_shared<int>(1));
  EXPECT_EQ(guest.use_count(), 1);
  EXPECT_EQ(all_of(replaced), (std::vector<std::string>{"1"}));
}

TEST(Generator, ThatWasMovedFromIsClosed) {
  Words three = words(std::make_shared<int>(3));
  EXPECT_EQ(*three.begin(), "1");
  Words moved = std::move(three);
  EXPECT_EQ(three.state(), GeneratorState::closed);
  EXPECT_EQ(all_of(three), std::vector<std::string>{});
  EXPECT_EQ(all_of(moved), (std::vector<std::string>{"2", "3"}));
}

Words resuming_itself(Words* const& itself, GeneratorState& state) {
  state = itself->state();
  co_yield "once";
  itself->begin();
}

TEST(Generator, ThatRunsCannotBeResumed) {
  auto state = GeneratorState::created;
  Words* place = nullptr;
  Words itself = resuming_itself(place, state);
  place = &itself;
  auto at = itself.begin();
  EXPECT_EQ(*at, "once");
  EXPECT_EQ(state, GeneratorState::running);
  EXPECT_THROW(++at, std::logic_error);
  EXPECT_EQ(itself.state(), GeneratorState::closed);
}

Words closing_itself(Words* const& itself) {
  itself->close();
  co_yield "never";
}

TEST(Generator, ThatRunsCannotBeClosed) {
  Words* place = nullptr;
  Words itself = closing_itself(place);
  place = &itself;
  EXPECT_THROW(itself.begin(), std::logic_error);
  EXPECT_EQ(itself.state(), GeneratorState::closed);
}

TEST(Generator, TellsOfItsFrames) {
  const OwnTally before = Words::frames;
  {
    const Words one = words(std::make_shared<int>(1));
    const Words other = words(std::make_shared<int>(1));
    EXPECT_EQ(Words::frames.allocations, before.allocations + 2);
    EXPECT_GT(Words::frames.live, before.live);
  }
  EXPECT_EQ(Words::frames.live, before.live);
}

}  // namespace
}  // namespace samples
