#include "core/profile/limits.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

// main calls parse, which allocates 1000 B in 10 blocks: 400 B in 4 are live at the peak, 200 B in
// 2 never freed, 3 are temporary. It calls render, too: 50 B in 5, of which nothing is left.
class LimitsTest : public testing::Test {
 protected:
  LimitsTest() {
    const FrameId main = recording_.line("/src/main.cpp", 3, "main");
    const FrameId parse = recording_.line("/src/parse.cpp", 12, "ns::parse<int>(char const*)");
    const FrameId render = recording_.line("/src/render.cpp", 7, "ns::render()");
    recording_.tally(recording_.trace({main, parse}),
                     totals({1000, 10}, {300, 3}, {200, 2}, {400, 4}));
    recording_.tally(recording_.trace({main, render}), totals({50, 5}, {}, {}, {50, 5}));
  }

  static TallyTotals totals(Amount total, Amount temporary, Amount end, Amount peak) {
    return {.total = total,
            .temporary = temporary,
            .live_at_end = end,
            .live_at_peak = peak,
            .live_at_process_peak = peak,
            .lifetimes = {}};
  }

  std::vector<CheckedLimit> check(CheckQuestion question, const Query& query = {}) {
    const Profile profile(recording_.data, {});
    return check_limits({profile, recording_.timeline(), recording_.crossed(), {}}, query,
                        question);
  }
  std::uint64_t found(Measure measure, std::vector<std::string> places = {},
                      const Query& query = {}) {
    return check(
               {.limits = {{.measure = measure}}, .places = std::move(places), .suppressions = {}},
               query)
        .front()
        .found;
  }
  void expect_usage(const char* says, const CheckQuestion& question, const Query& query = {}) {
    try {
      check(question, query);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
      EXPECT_EQ(error.code(), ExitCode::kUsage);
    }
  }

  RecordingBuilder recording_;
};

TEST_F(LimitsTest, EachMeasure) {
  EXPECT_EQ(found(Measure::kPeak), 450u);
  EXPECT_EQ(found(Measure::kLeaked), 200u);
  EXPECT_EQ(found(Measure::kLive), 200u);  // at the end
  EXPECT_EQ(found(Measure::kTotal), 1050u);
  EXPECT_EQ(found(Measure::kCount), 15u);
  EXPECT_EQ(found(Measure::kTemporary), 3u);
}

TEST_F(LimitsTest, ALimitIsAllowedItself) {
  for (const auto& [most, is_broken] : {std::pair(449u, true), {450u, false}}) {
    const auto checked = check(
        {.limits = {{.measure = Measure::kPeak, .most = most}}, .places = {}, .suppressions = {}});
    EXPECT_EQ(checked[0].is_broken(), is_broken);
    EXPECT_EQ(checked[0].worst.size(), is_broken ? 2u : 0u);
  }
}

TEST_F(LimitsTest, NamesTheWorstTraces) {
  const auto checked = check(
      {.limits = {{.measure = Measure::kCount, .most = 1}, {.measure = Measure::kTotal, .most = 1}},
       .places = {},
       .suppressions = {},
       .worst = 1});
  ASSERT_EQ(checked[0].worst.size(), 1u);
  EXPECT_EQ(checked[0].worst[0].amount, (Amount{1000, 10}));
  EXPECT_EQ(checked[1].worst[0].amount, (Amount{1000, 10}));
}

TEST_F(LimitsTest, PlacesAreFilesLinesAndFunctions) {
  for (const char* place : {"parse.cpp", "/src/parse.cpp", "parse.cpp:12", "*arse.cpp:12",
                            "ns::parse", "parse", "ns::parse<int>(char const*)", "ns::pa*"}) {
    EXPECT_EQ(found(Measure::kTotal, {place}), 1000u) << place;
  }
  EXPECT_EQ(found(Measure::kTotal, {"main"}), 1050u);  // called from there
  EXPECT_EQ(found(Measure::kTotal, {"parse", "render"}), 1050u);
  EXPECT_EQ(found(Measure::kTotal, {"render.cpp"}), 50u);
}

TEST_F(LimitsTest, PlacesThatNothingPassesAreRefused) {
  for (const char* place : {"parse.cpp:13", "arse.cpp", "nothing", "par"}) {
    expect_usage((std::string("--in ") + place + ": nothing that counts").c_str(),
                 {.limits = {{.measure = Measure::kTotal}}, .places = {place}, .suppressions = {}});
  }
  for (const char* place : {"", ":12"}) {
    expect_usage((std::string("--in ") + place + ": names no place").c_str(),
                 {.limits = {}, .places = {place}, .suppressions = {}});
  }
  // One of several is enough of a mistake.
  expect_usage("--in nothing: ", {.limits = {{.measure = Measure::kTotal}},
                                  .places = {"parse", "nothing"},
                                  .suppressions = {}});
  // What filters leave out does not count.
  Query query;
  query.filters.push_back(parse_filter("*/parse.cpp", true, false));
  expect_usage("--in render: ", {.limits = {}, .places = {"render"}, .suppressions = {}}, query);
}

TEST_F(LimitsTest, FiltersThatLeaveNothingAreRefused) {
  Query query;
  query.filters.push_back(parse_filter("nowhere.cpp", true, false));
  CheckQuestion question{
      .limits = {{.measure = Measure::kTotal}}, .places = {}, .suppressions = {}};
  expect_usage("the filters leave nothing", question, query);
  question.may_be_nothing = true;
  EXPECT_EQ(check(question, query)[0].found, 0u);
}

TEST_F(LimitsTest, AShareIsOneOfTheAllocationsThatCount) {
  const auto most = [&](double share, std::vector<std::string> places) {
    return check({.limits = {{.measure = Measure::kTemporary, .share = share}},
                  .places = std::move(places),
                  .suppressions = {}})[0]
        .limit.most;
  };
  EXPECT_EQ(most(0.2, {}), 3u);
  EXPECT_EQ(most(0.19, {}), 2u);
  EXPECT_EQ(most(0.29, {"parse"}), 2u);
  EXPECT_EQ(most(0, {}), 0u);
}

TEST_F(LimitsTest, SuppressedLeaksDoNotCount) {
  EXPECT_EQ(check({.limits = {{.measure = Measure::kLeaked}, {.measure = Measure::kLive}},
                   .places = {},
                   .suppressions = {"parse.cpp"}})[0]
                .found,
            0u);
}

TEST_F(LimitsTest, OtherDomainsDoNotCountUnlessAskedFor) {
  recording_.data.domains = {{kHeapDomain, "heap", {}, {}, {450, 9}},
                             {kMappedDomain, "mmap"},
                             {kAllocatorDomain, "allocator"},
                             {DomainId{3}, "pool", {90, 1}, {}, {90, 1}}};
  Task task = recording_.data.tasks[0];
  task.id = TaskId(1);
  task.domain = DomainId{3};
  task.heap_task = TaskId(0);
  recording_.data.tasks.push_back(task);
  // 30 B of the pool were live at the heap's peak, 90 at its own.
  TallyTotals pool = totals({90, 1}, {}, {}, {30, 1});
  pool.live_at_process_peak = {90, 1};
  recording_.tally(recording_.trace({recording_.line("/src/pool.cpp", 1, "take")}), pool, task.id);
  EXPECT_EQ(found(Measure::kTotal), 1050u);
  EXPECT_EQ(found(Measure::kPeak), 450u);
  expect_usage("--in take: ", {.limits = {}, .places = {"take"}, .suppressions = {}});
  Query query;
  query.domains = {"pool"};
  EXPECT_EQ(found(Measure::kTotal, {"take"}, query), 90u);
  EXPECT_EQ(found(Measure::kPeak, {}, query), 90u);
  query.domains = {"all"};
  EXPECT_EQ(found(Measure::kPeak, {}, query), 480u);
}

TEST_F(LimitsTest, OfAnotherRecording) {
  std::vector<CheckedLimit> measured(3);
  measured[0].found = 100;
  measured[1].found = 19;
  measured[2].found = 0;
  const auto most = [&](double tolerance) {
    std::vector<std::uint64_t> result;
    for (const Limit& limit : limits_from(measured, tolerance, "t")) result.push_back(limit.most);
    return result;
  };
  EXPECT_EQ(most(0), (std::vector<std::uint64_t>{100, 19, 0}));
  EXPECT_EQ(most(0.05), (std::vector<std::uint64_t>{105, 19, 0}));
  EXPECT_EQ(most(0.29), (std::vector<std::uint64_t>{129, 24, 0}));
}

}  // namespace
}  // namespace heaptally
