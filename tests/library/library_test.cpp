// What test_tracemalloc.py cannot ask: moments, other keys than tracemalloc's, and refusals.
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/library/state.h"
#include "tests/profile/recording_builder.h"

namespace heaptally::profile {
namespace {

// a.cpp:1 allocates 100 bytes in the first second and 50 in the third, b.cpp:2 30 in the second,
// which are freed in the third; operator new stands between a.cpp and the allocator.
class LibraryTest : public testing::Test {
 protected:
  LibraryTest() {
    const FrameId main = builder_.line("main.cpp", 9, "main");
    const FrameId machinery = builder_.symbol("operator new(unsigned long)", 4);
    const TaskId other = builder_.task("worker", 101);
    const TraceId a = builder_.trace({main, builder_.line("a.cpp", 1, "make"), machinery});
    const TraceId b = builder_.trace({main, builder_.line("b.cpp", 2, "use")});
    builder_.tally(a, {.total = {150, 2},
                       .temporary = {},
                       .live_at_end = {150, 2},
                       .live_at_peak = {100, 1},
                       .live_at_process_peak = {},
                       .lifetimes = {}});
    builder_.tally(b,
                   {.total = {30, 1},
                    .temporary = {30, 1},
                    .live_at_end = {},
                    .live_at_peak = {30, 1},
                    .live_at_process_peak = {},
                    .lifetimes = {}},
                   other);
    builder_.bucket(0, 1000, {{TallyId{0}, {100, 1}, {}, {}}});
    builder_.bucket(1000, 1000, {{TallyId{1}, {30, 1}, {}, {}}});
    builder_.bucket(2000, 1000,
                    {{TallyId{0}, {50, 1}, {}, {}}, {TallyId{1}, {}, {30, 1}, {30, 1}}});
    builder_.data.marks.push_back({"loaded", std::chrono::seconds(1), {}});
  }

  Recording recording(bool raw = false) const {
    return Access::recording(std::make_shared<State>(
        builder_.data, builder_.timeline(), heaptally::SiteRules{.raw = raw, .machinery = {}}));
  }

  RecordingBuilder builder_;
};

template <class Row>
std::vector<std::string> texts(const std::vector<Row>& rows) {
  std::vector<std::string> result;
  result.reserve(rows.size());
  for (const Row& row : rows) result.push_back(row.text());
  return result;
}

using Texts = std::vector<std::string>;

TEST_F(LibraryTest, AnswersAtMoments) {
  const Recording asked = recording();
  EXPECT_EQ(texts(asked.snapshot().statistics("lineno")),
            (Texts{"a.cpp:1: size=100 B, count=1, average=100 B",
                   "b.cpp:2: size=30 B, count=1, average=30 B"}));
  EXPECT_EQ(texts(asked.snapshot("mark:loaded").statistics("lineno")),
            Texts{"a.cpp:1: size=100 B, count=1, average=100 B"});
  EXPECT_EQ(asked.snapshot(std::chrono::milliseconds(2000)).size(), 130u);
  EXPECT_EQ(asked.snapshot("start").size(), 0u);
  const Snapshot end = asked.snapshot("end", Metric::kTotal);
  EXPECT_EQ(end.size(), 180u);
  EXPECT_EQ(end.count(), 3u);
  EXPECT_EQ(end.metric(), Metric::kTotal);
  EXPECT_EQ(end.time(), asked.duration());
  EXPECT_TRUE(end.is_exact());
  ASSERT_EQ(asked.marks().size(), 1u);
  EXPECT_EQ(asked.marks()[0].name, "loaded");
  EXPECT_TRUE(asked.is_complete());
}

TEST_F(LibraryTest, AnswersBetweenMoments) {
  const Recording asked = recording();
  const Snapshot between = asked.snapshot_between("1s", "end", Metric::kTotal);
  EXPECT_EQ(texts(between.statistics("filename")),
            (Texts{"a.cpp:0: size=50 B, count=1, average=50 B",
                   "b.cpp:0: size=30 B, count=1, average=30 B"}));
  EXPECT_EQ(texts(asked.snapshot("end").compare_to(asked.snapshot("2s"), "lineno")),
            (Texts{"a.cpp:1: size=150 B (+50 B), count=2 (+1), average=75 B",
                   "b.cpp:2: size=0 B (-30 B), count=0 (-1)"}));
}

TEST_F(LibraryTest, KnowsMoreKeys) {
  const Snapshot peak = recording().snapshot();
  EXPECT_EQ(peak.statistics("function")[0].label(), "make (a.cpp)");
  EXPECT_EQ(peak.statistics("module")[0].label(), "/bin/program:0");
  EXPECT_EQ(peak.statistics("thread").size(), 2u);
  EXPECT_TRUE(peak.statistics("thread")[0].traceback().empty());
  EXPECT_EQ(peak.statistics("lineno", true)[0].label(), "main.cpp:9");
  EXPECT_EQ(peak.statistics("lineno", true, 1).size(), 1u);
  EXPECT_EQ(peak.only_threads({"work*"}).size(), 30u);
}

TEST_F(LibraryTest, TracebacksHaveFrames) {
  const Snapshot peak = recording().snapshot();
  const Traceback all = peak.statistics("traceback")[0].traceback();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].text(), "main.cpp:9");
  EXPECT_EQ(all[1].function, "make");
  EXPECT_TRUE(all[1].has_source);
  EXPECT_EQ(all[1].line, 1u);
  EXPECT_FALSE(all[2].has_source);
  EXPECT_EQ(all[2].file, "/bin/program");
  EXPECT_EQ(all.format(1), Texts{"  File \"/bin/program\", operator new(unsigned long)+0x5"});
  EXPECT_EQ(all.format(-2), Texts{"  File \"main.cpp\", line 9"});
  const Traceback file = peak.statistics("filename")[0].traceback();
  ASSERT_EQ(file.size(), 1u);
  EXPECT_EQ(file[0].text(), "a.cpp:0");
  EXPECT_EQ(file.format(), Texts{"  File \"a.cpp\", line 0"});
}

TEST_F(LibraryTest, RawChargesTheMostRecentFrame) {
  EXPECT_EQ(recording(true).snapshot().statistics("lineno")[0].label(),
            "/bin/program:operator new(unsigned long)+0x5");
}

TEST_F(LibraryTest, RefusesInOneLine) {
  const Recording asked = recording();
  const auto refusal = [](const std::function<void()>& ask) {
    try {
      ask();
    } catch (const Error& error) {
      EXPECT_TRUE(error.is_usage());
      return std::string(error.what());
    }
    return std::string("nothing was refused");
  };
  EXPECT_EQ(refusal([&] { asked.snapshot().statistics("line"); }),
            "key line: is no group; choose lineno, filename, function, module, traceback, thread, "
            "process or size");
  EXPECT_EQ(
      refusal([&] { asked.snapshot().statistics("traceback", true); }),
      "cumulative: cannot go with key traceback; choose lineno, filename, function or module");
  EXPECT_EQ(refusal([&] { asked.snapshot("mark:other"); }),
            "moment mark:other: no such mark; there are loaded");
  EXPECT_EQ(refusal([&] { asked.snapshot("11s"); }),
            "moment 11s: the run took 10 s; give a time within it, or end");
  EXPECT_EQ(refusal([&] { asked.snapshot_between("start", "end", Metric::kLive); }),
            "live amounts: can shrink between two moments; compare_to() tells by how much");
}

TEST(Library, NamesAFileThatIsNotThere) {
  try {
    const Recording recording("missing.heaptally");
    FAIL();
  } catch (const Error& error) {
    EXPECT_FALSE(error.is_usage());
    EXPECT_TRUE(std::string(error.what()).starts_with("missing.heaptally: ")) << error.what();
  }
}

// The lines of LibraryTest, and two mappings by a third one and by b.cpp's.
class DomainFilterTest : public LibraryTest {
 protected:
  DomainFilterTest() {
    builder_.data.domains = {{kHeapDomain, "heap"}, {kMappedDomain, "mmap"}};
    const TaskId mapped = builder_.task("main", 100);
    builder_.data.tasks.back().domain = kMappedDomain;
    builder_.data.tasks.back().heap_task = TaskId{0};
    builder_.allocate(builder_.trace({builder_.line("c.cpp", 3)}), {4096, 1}, mapped);
    builder_.allocate(builder_.trace({builder_.line("b.cpp", 2)}), {8192, 1}, mapped);
  }
};

TEST_F(DomainFilterTest, TheHeapCountsForWhoDoesNotAsk) {
  const Snapshot peak = recording().snapshot();
  EXPECT_EQ(peak.size(), 130u);
  EXPECT_EQ(peak.filter_traces({{true, "b.cpp"}}).size(), 30u);
  EXPECT_EQ(peak.only_threads({"main"}).size(), 100u);
  EXPECT_EQ(texts(peak.statistics("filename")),
            (Texts{"a.cpp:0: size=100 B, count=1, average=100 B",
                   "b.cpp:0: size=30 B, count=1, average=30 B"}));
  EXPECT_EQ(recording().domains(), (Texts{"heap", "mmap"}));
}

TEST_F(DomainFilterTest, DomainsAreInAndOut) {
  const Snapshot peak = recording().snapshot();
  EXPECT_EQ(texts(peak.filter_traces({}, {{true, "mmap"}}).statistics("filename")),
            (Texts{"b.cpp:0: size=8192 B, count=1, average=8192 B",
                   "c.cpp:0: size=4096 B, count=1, average=4096 B"}));
  EXPECT_EQ(peak.filter_traces({}, {{false, "mmap"}}).size(), 130u);
  EXPECT_EQ(peak.filter_traces({}, {{true, "mmap"}, {true, "heap"}}).count(), 4u);
  EXPECT_EQ(peak.filter_traces({}, {{true, "mmap"}, {false, "mmap"}}).count(), 0u);
  EXPECT_EQ(peak.filter_traces({}, {{true, "mmap"}}).only_threads({"main"}).size(), 12288u);
}

// Any inclusive filter is enough, of whichever kind; any exclusive one is too much.
TEST_F(DomainFilterTest, GoesTogetherWithFiltersAsInTracemalloc) {
  const Snapshot peak = recording().snapshot();
  EXPECT_EQ(peak.filter_traces({{true, "a.cpp"}}, {{true, "mmap"}}).size(), 100u + 12288u);
  EXPECT_EQ(peak.filter_traces({{true, "b.cpp"}}, {{false, "heap"}}).size(), 8192u);
  EXPECT_EQ(peak.filter_traces({{false, "b.cpp"}}, {{true, "mmap"}}).size(), 4096u);
  EXPECT_EQ(peak.filter_traces({{false, "b.cpp"}}, {{false, "mmap"}}).size(), 100u);
  EXPECT_EQ(peak.filter_traces({{true, "b.cpp", {}, false, "mmap"}}).size(), 8192u);
  EXPECT_EQ(peak.filter_traces({{false, "b.cpp", {}, false, "mmap"}}).size(), 130u + 4096u);
  // One after the other, both have to.
  EXPECT_EQ(peak.filter_traces({}, {{true, "mmap"}}).filter_traces({{true, "b.cpp"}}).size(),
            8192u);
}

TEST_F(DomainFilterTest, WhatMakesNoSenseIsRefused) {
  const Snapshot peak = recording().snapshot();
  EXPECT_THROW(peak.filter_traces({}, {{true, "m*"}}), Error);
  const Snapshot mapped = peak.filter_traces({}, {{true, "mmap"}});
  EXPECT_THROW(mapped.compare_to(peak, "lineno"), Error);
  EXPECT_EQ(mapped.compare_to(mapped, "lineno").size(), 2u);
}

}  // namespace
}  // namespace heaptally::profile
