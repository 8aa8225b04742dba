// What the collector keeps of blocks that cross marks, and what is made of it, against a list of
// all blocks.
#include "core/profile/mark_leaks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/collect/timeline_cutter.h"

namespace heaptally {
namespace {

constexpr std::uint32_t kTallies = 6;
constexpr std::size_t kProcesses = 3;

// A run in which chance allocates, frees, sets marks, and ends process images; with a list of all
// that ever happened. Blocks and marks are ordered by a number, for clocks may stand still.
class RandomRun {
 public:
  struct Block {
    TallyId tally;
    std::uint64_t size;
    std::size_t process;
    Nanoseconds birth;
    std::size_t born, freed;  // numbers; freed: kNever if it was not
  };
  static constexpr std::size_t kNever = ~std::size_t{0};

  explicit RandomRun(std::uint64_t seed) : random_(seed) {
    for (std::uint32_t i = 0; i < kTallies; ++i) {
      tallies_.tally_of(TraceId{i}, TaskId{0}, SizeClass{3});
    }
    data.tallies.resize(kTallies);
    for (int step = 0; step < 4'000; ++step) take_step();
    timeline_.close(now_);
    data.marks = timeline_.take_marks();
    data.header.duration = now_ + Nanoseconds(1);
    data.header.complete = true;
    buckets_ = timeline_.take();
    crossings_ = timeline_.take_crossings();
  }

  // By tally, of blocks allocated from one mark on and not freed by another, from the list.
  std::vector<Amount> expected(std::size_t from, std::size_t to) const {
    std::vector<Amount> amounts(kTallies);
    for (const Block& block : blocks_) {
      if (block.born < from || block.born >= to || block.freed < to) continue;
      amounts[index_of(block.tally)] += {block.size, 1};
    }
    return amounts;
  }
  std::vector<Amount> answered(const Moment& from, const Moment& to) const {
    const BucketSource buckets = [&](const BucketVisitor& visit) {
      (void)std::ranges::all_of(buckets_, visit);
    };
    const CrossingSource crossings = [&](const CrossingVisitor& visit) {
      (void)std::ranges::all_of(crossings_, visit);
    };
    return leaked_between_marks(data, buckets, crossings, from, to).amounts;
  }
  Moment moment(std::size_t mark) const {
    return {.kind = Moment::Kind::kMark, .time = data.marks[mark].time};
  }

  RecordingData data;
  std::vector<std::size_t> numbers;  // of marks
  std::size_t next_number = 0;
  std::vector<Crossing> crossings_;

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

  void take_step() {
    // Many things happen at one time, as where the clock is coarse.
    if (below(3) == 0) now_ += Nanoseconds(below(40'000));
    advance();
    const std::size_t dice = below(1000);
    if (dice < 500) {
      const std::uint64_t size = below(100);
      const std::size_t process = below(kProcesses);
      const TallyId tally{static_cast<std::uint32_t>(below(kTallies))};
      tallies_.allocate(tally, size, now_, processes_[process]);
      live_.push_back(blocks_.size());
      blocks_.push_back({tally, size, process, now_, next_number++, kNever});
    } else if (dice < 979) {
      free_one();
    } else if (dice < 980) {
      forget_all(below(kProcesses));
    } else if (dice < 985) {
      timeline_.mark_at("from outside", {}, now_ + Nanoseconds(1 + below(20'000)));
    } else if (dice < 995) {
      ++now_;
      timeline_.mark("of the program", {}, now_);
      take_marks();
    } else {
      end_process(below(kProcesses));
    }
  }

  // The collector sets the marks that are due before it applies an event.
  void advance() {
    if (now_ >= timeline_.end()) timeline_.advance(now_);
    take_marks();
  }

  void take_marks() {
    now_ = std::max(now_, timeline_.latest_mark());
    for (; marks_seen_ < timeline_.marks_set(); ++marks_seen_) numbers.push_back(next_number++);
  }

  void free_one() {
    if (live_.empty()) return;
    // Old ones as well as new ones.
    std::swap(live_[below(2) == 0 ? below(live_.size()) : live_.size() - 1], live_.back());
    Block& block = blocks_[live_.back()];
    live_.pop_back();
    tallies_.free(block.tally, block.size, block.birth, now_, false, processes_[block.process]);
    block.freed = next_number++;
  }

  // What a program asks to be forgotten is as good as freed.
  void forget_all(std::size_t process) {
    std::erase_if(live_, [&](std::size_t i) {
      Block& block = blocks_[i];
      if (block.process != process) return false;
      tallies_.forget(block.tally, block.size, block.birth, processes_[process]);
      block.freed = next_number++;
      return true;
    });
  }

  void end_process(std::size_t process) {
    std::erase_if(live_, [&](std::size_t i) {
      const Block& block = blocks_[i];
      if (block.process != process) return false;
      tallies_.end(block.tally, block.size, block.birth, processes_[process]);
      return true;
    });
  }

  std::mt19937_64 random_;
  Tallies tallies_;
  TimelineCutter timeline_{tallies_};
  ProcessTally processes_[kProcesses];
  Nanoseconds now_{0};
  std::size_t marks_seen_ = 0;
  std::vector<Block> blocks_;
  std::vector<std::size_t> live_;
  std::vector<Bucket> buckets_;
};

TEST(MarkLeaks, OfAllPairsOfMarksOverRandomRuns) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRun run(seed);
    ASSERT_EQ(run.numbers.size(), run.data.marks.size());
    ASSERT_GT(run.numbers.size(), 20u);
    EXPECT_FALSE(run.crossings_.empty());
    const Moment start{.kind = Moment::Kind::kStart};
    for (std::size_t to = 0; to < run.numbers.size(); ++to) {
      EXPECT_EQ(run.answered(start, run.moment(to)), run.expected(0, run.numbers[to]));
      for (std::size_t from = 0; from <= to; ++from) {
        EXPECT_EQ(run.answered(run.moment(from), run.moment(to)),
                  run.expected(run.numbers[from], run.numbers[to]))
            << "from mark " << from << " to mark " << to;
      }
    }
  }
}

TEST(MarkLeaks, MarksInTheWrongOrder) {
  const RandomRun run(1);
  EXPECT_THROW(run.answered(run.moment(5), run.moment(1)), Error);
}

class Crossings : public testing::Test {
 protected:
  Tallies tallies_;
  ProcessTally process_;
  const TallyId a_ = tallies_.tally_of(TraceId{1}, TaskId{0}, SizeClass{4});
  const TallyId b_ = tallies_.tally_of(TraceId{2}, TaskId{0}, SizeClass{4});
};

TEST_F(Crossings, WithoutMarksNothingIsKept) {
  tallies_.allocate(a_, 10, Nanoseconds(1), process_);
  tallies_.free(a_, 10, Nanoseconds(1), Nanoseconds(2), false, process_);
  EXPECT_TRUE(tallies_.begin_generation(Nanoseconds(3)).empty());
}

TEST_F(Crossings, AreByGenerationAndTally) {
  for (const TallyId tally : {a_, b_, a_}) tallies_.allocate(tally, 10, Nanoseconds(4), process_);
  EXPECT_TRUE(tallies_.begin_generation(Nanoseconds(5)).empty());
  for (const TallyId tally : {a_, a_}) tallies_.allocate(tally, 3, Nanoseconds(5), process_);
  tallies_.free(b_, 10, Nanoseconds(4), Nanoseconds(6), false, process_);
  EXPECT_EQ(tallies_.begin_generation(Nanoseconds(7)).size(), 1u);
  tallies_.free(a_, 10, Nanoseconds(4), Nanoseconds(8), false, process_);
  tallies_.free(a_, 3, Nanoseconds(5), Nanoseconds(8), false, process_);
  tallies_.end(a_, 10, Nanoseconds(4), process_);
  tallies_.end(a_, 3, Nanoseconds(5), process_);
  const std::vector<Crossing> crossings = tallies_.begin_generation(Nanoseconds(9));
  ASSERT_EQ(crossings.size(), 3u);
  for (const Crossing& crossing : crossings) {
    EXPECT_EQ(crossing.since, Nanoseconds(7));
    ASSERT_EQ(crossing.amounts.size(), 1u);
    EXPECT_EQ(crossing.amounts[0].id, a_);
  }
  EXPECT_EQ(crossings[0].born, Nanoseconds(0));
  EXPECT_EQ(crossings[0].amounts[0].amount, (Amount{10, 1}));
  EXPECT_EQ(crossings[1].born, Nanoseconds(5));
  EXPECT_EQ(crossings[1].amounts[0].amount, (Amount{3, 1}));
  EXPECT_EQ(crossings[2].born, std::nullopt);
  EXPECT_EQ(crossings[2].amounts[0].amount, (Amount{13, 2}));
  EXPECT_TRUE(tallies_.begin_generation(Nanoseconds(10)).empty());
}

TEST(CrossingTable, KeepsSoManyAndSaysFromWhenOnNoMore) {
  CrossingTable table(3);
  const auto cross = [&](std::uint32_t tally) {
    if (Nanoseconds(1) < table.latest()) table.add_freed(Nanoseconds(1), TallyId{tally}, {8, 1});
  };
  EXPECT_TRUE(table.begin(Nanoseconds(10)).empty());
  cross(0);
  cross(1);
  cross(0);
  EXPECT_EQ(table.begin(Nanoseconds(20)).size(), 1u);
  for (std::uint32_t tally = 0; tally < 5; ++tally) cross(tally);
  table.add_ended(TallyId{0}, {8, 1});
  EXPECT_EQ(table.end(), Nanoseconds(20));
  EXPECT_EQ(table.marks_after_end(), 0u);
  EXPECT_TRUE(table.begin(Nanoseconds(30)).empty());
  EXPECT_TRUE(table.begin(Nanoseconds(30)).empty());
  EXPECT_EQ(table.marks_after_end(), 2u);
  EXPECT_LT(table.latest(), Nanoseconds(0));
}

}  // namespace
}  // namespace heaptally
