#include "core/profile/events.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/profile/log_builder.h"

namespace heaptally {
namespace {

using Numbers = std::vector<std::uint64_t>;

// Five blocks of two lines in two processes, over 1000 ns.
class EventsTest : public testing::Test {
 protected:
  EventsTest() {
    const ProcessId child = recording_.process(101, "child");
    const TaskId worker = recording_.task("worker", 101, 1, child);
    const TraceId first = recording_.trace({recording_.line("a.cpp", 1)});
    const TraceId second = recording_.trace({recording_.line("b.cpp", 2)});
    const TallyId a = recording_.tally(first, {});
    const TallyId b = recording_.tally(second, {}, worker);
    recording_.data.header.duration = Nanoseconds(1000);
    recording_.data.header.peak_time = Nanoseconds(300);
    log_.allocate(100, a, 10, 0x1000);
    log_.allocate(200, b, 100, 0x2000);
    log_.allocate(300, a, 60, 0x3000);  // the peak
    log_.end(300, 0);
    log_.allocate(300, b, 0, 0x1000);
    log_.end(400, 2, LogKind::kFreedTemporary);
    log_.allocate(500, a, 60, 0x3000);
    log_.end(600, 1, LogKind::kEnded);
    log_.end(600, 3, LogKind::kEnded);
    log_.end(900, 4);
  }

  Numbers find(const EventQuery& query) {
    const Profile profile(recording_.data, {});
    const Events events(profile, log_.source(), query);
    Numbers numbers;
    events.for_each([&](const LoggedAllocation& each) {
      numbers.push_back(each.number);
      return true;
    });
    if (query.query.limit == 0) {
      EXPECT_EQ(numbers.size(), events.matched().count);
    }
    EXPECT_EQ(events.whole(), (Amount{230, 5}));
    return numbers;
  }

  RecordingBuilder recording_;
  LogBuilder log_;
};

TEST_F(EventsTest, TellsWhatBecameOfEach) {
  const Profile profile(recording_.data, {});
  const EventQuery query;
  std::vector<LoggedAllocation> all;
  Events(profile, log_.source(), query).for_each([&](const LoggedAllocation& each) {
    all.push_back(each);
    return true;
  });
  ASSERT_EQ(all.size(), 5u);
  const auto expect = [&](std::size_t i, Fate fate, std::int64_t lifetime) {
    EXPECT_EQ(all[i].number, i);
    EXPECT_EQ(all[i].fate, fate) << i;
    EXPECT_EQ(all[i].lifetime, Nanoseconds(lifetime)) << i;
  };
  expect(0, Fate::kFreed, 200);
  expect(1, Fate::kNeverFreed, 400);
  expect(2, Fate::kFreedTemporary, 100);
  expect(3, Fate::kNeverFreed, 300);
  expect(4, Fate::kFreed, 400);
  EXPECT_EQ(all[2].block.address, 0x3000u);
  EXPECT_EQ(all[2].block.birth, Nanoseconds(300));
}

TEST_F(EventsTest, FiltersBySiteThreadProcessAndTrace) {
  EventQuery query;
  query.query.filters.push_back(parse_filter("a.cpp", true, false));
  EXPECT_EQ(find(query), (Numbers{0, 2, 4}));
  query = {};
  query.query.filters.push_back(parse_filter("a.cpp:1", false, false));
  EXPECT_EQ(find(query), (Numbers{1, 3}));
  query = {};
  query.query.threads = {"work*"};
  EXPECT_EQ(find(query), (Numbers{1, 3}));
  query = {};
  query.query.processes = {"100"};
  EXPECT_EQ(find(query), (Numbers{0, 2, 4}));
  query = {};
  query.trace = recording_.data.tallies[1].trace;
  EXPECT_EQ(find(query), (Numbers{1, 3}));
  query.trace = TraceId{77};
  EXPECT_EQ(find(query), Numbers{});
}

TEST_F(EventsTest, FiltersByTime) {
  EXPECT_EQ(find({.from = at(200), .to = at(300)}), (Numbers{1}));
  EXPECT_EQ(find({.from = at(300)}), (Numbers{2, 3, 4}));
  EXPECT_EQ(find({.to = Moment{.kind = Moment::Kind::kPeak}}), (Numbers{0, 1}));
  EXPECT_EQ(find({.to = Moment{.kind = Moment::Kind::kEnd}}), (Numbers{0, 1, 2, 3, 4}));
  EXPECT_THROW(find({.from = at(300), .to = at(200)}), Error);
  EXPECT_THROW(find({.from = at(2000)}), Error);
}

TEST_F(EventsTest, FiltersBySizeLifetimeAndAddress) {
  EXPECT_EQ(find({.min_size = 60}), (Numbers{1, 2, 4}));
  EXPECT_EQ(find({.max_size = 10}), (Numbers{0, 3}));
  EXPECT_EQ(find({.min_lifetime = Nanoseconds(300)}), (Numbers{1, 3, 4}));
  // What was never freed is longer than any.
  EXPECT_EQ(find({.max_lifetime = Nanoseconds(300)}), (Numbers{0, 2}));
  EXPECT_EQ(find({.leaked = true}), (Numbers{1, 3}));
  // A block of no bytes has its address.
  EXPECT_EQ(find({.address = 0x1000}), (Numbers{0, 3}));
  EXPECT_EQ(find({.address = 0x1009}), (Numbers{0}));
  EXPECT_EQ(find({.address = 0x100a}), (Numbers{}));
  EXPECT_EQ(find({.address = 0xfff}), (Numbers{}));
}

TEST_F(EventsTest, FiltersByWhatIsLive) {
  EXPECT_EQ(find({.live_at = at(301)}), (Numbers{1, 2, 3}));
  EXPECT_EQ(find({.live_at = at(300)}), (Numbers{0, 1}));
  EXPECT_EQ(find({.live_at = at(0)}), (Numbers{}));
  EXPECT_EQ(find({.live_at = at(700)}), (Numbers{4}));
  // With the block that made the peak, before what else happened at that time.
  EXPECT_EQ(find({.live_at = Moment{.kind = Moment::Kind::kPeak}}), (Numbers{0, 1, 2}));
  EXPECT_EQ(find({.live_at = Moment{.kind = Moment::Kind::kEnd}}), (Numbers{1, 3}));
  // Of the child's peak its own blocks are.
  recording_.data.processes[1].peak = {100, 1};
  recording_.data.processes[1].peak_time = Nanoseconds(200);
  EXPECT_EQ(find({.live_at = Moment{.kind = Moment::Kind::kPeak, .pid = 101}}), (Numbers{1}));
}

TEST_F(EventsTest, Sorts) {
  EXPECT_EQ(find({.order = EventOrder::kSize}), (Numbers{1, 2, 4, 0, 3}));
  EXPECT_EQ(find({.order = EventOrder::kLifetime}), (Numbers{1, 3, 4, 0, 2}));
  EventQuery query{.order = EventOrder::kSize};
  query.query.limit = 2;
  EXPECT_EQ(find(query), (Numbers{1, 2}));
  query.order = EventOrder::kTime;
  EXPECT_EQ(find(query), (Numbers{0, 1}));
}

TEST_F(EventsTest, TheFirstOfManyAreFoundWithoutHoldingAll) {
  for (int i = 0; i < 10'000; ++i) {
    log_.allocate(1000, TallyId{0}, static_cast<std::uint64_t>(i * 7919 % 10'007 + 1000));
  }
  const Profile profile(recording_.data, {});
  EventQuery query{.order = EventOrder::kSize};
  query.query.limit = 3;
  std::vector<std::uint64_t> sizes;
  Events(profile, log_.source(), query).for_each([&](const LoggedAllocation& each) {
    sizes.push_back(each.block.size);
    return true;
  });
  ASSERT_EQ(sizes.size(), 3u);
  EXPECT_TRUE(std::is_sorted(sizes.rbegin(), sizes.rend()));
  EXPECT_GT(sizes[2], 11'000u);
}

TEST_F(EventsTest, RefusesALogThatContradictsItself) {
  log_.end(950, 4);
  EXPECT_THROW(find({}), Error);
}

TEST(EventOptions, AreRead) {
  EXPECT_EQ(parse_event_order("lifetime"), EventOrder::kLifetime);
  EXPECT_EQ(parse_size("100KiB", "--min-size"), 102'400u);
  EXPECT_EQ(parse_address("0x55d0C0a12340", "--address"), 0x55d0c0a12340u);
  EXPECT_EQ(parse_address("4096", "--address"), 4096u);
  EXPECT_EQ(parse_duration("10us", "--min-lifetime"), Nanoseconds(10'000));
  EXPECT_EQ(parse_trace("7", "--trace"), TraceId{7});
  for (const auto& refused : std::vector<std::function<void()>>{
           [] { parse_event_order("age"); }, [] { parse_size("1%", "--min-size"); },
           [] { parse_size("-1", "--min-size"); }, [] { parse_address("0x", "--address"); },
           [] { parse_address("x", "--address"); },
           [] { parse_address("0x10000000000000000", "--address"); },
           [] { parse_duration("peak", "--min-lifetime"); },
           [] { parse_trace("-1", "--trace"); }}) {
    try {
      refused();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
    }
  }
}

}  // namespace
}  // namespace heaptally
