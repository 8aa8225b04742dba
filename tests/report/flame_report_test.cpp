#include "core/report/flame_report.h"

#include <deque>
#include <map>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/profile/random_recording.h"

namespace heaptally {
namespace {

Snapshot peak_of(const RecordingBuilder& recording) {
  return take_snapshot(recording.data, recording.timeline(), Metric::kLive, {});
}

// What is written of one recording, or of an older and a newer one.
template <class Write>
std::string written(const std::vector<const RecordingBuilder*>& recordings, const Query& query,
                    const TreeShape& shape, Write write) {
  std::deque<Profile> profiles;
  std::vector<Snapshot> snapshots;
  snapshots.reserve(2);
  for (const RecordingBuilder* recording : recordings) {
    profiles.emplace_back(recording->data, SiteRules{});
    snapshots.push_back(peak_of(*recording));
  }
  const Side first = {profiles.front(), snapshots.front()};
  const Side last = {profiles.back(), snapshots.back()};
  std::ostringstream out;
  write(recordings.size() == 2 ? make_flame(first, last, query, shape)
                               : make_flame(last, query, shape),
        out);
  return out.str();
}

Query by(Group group, SortBy sort = SortBy::kSize) {
  Query query;
  query.group = group;
  query.sort = sort;
  return query;
}

std::string folded(const std::vector<const RecordingBuilder*>& recordings,
                   const Query& query = by(Group::kFunction), const TreeShape& shape = {}) {
  return written(recordings, query, shape,
                 [](const FlameReport& report, std::ostream& out) { write_folded(report, out); });
}
std::string svg(const std::vector<const RecordingBuilder*>& recordings,
                const Query& query = by(Group::kFunction), const TreeShape& shape = {}) {
  return written(recordings, query, shape,
                 [](const FlameReport& report, std::ostream& out) { write_svg(report, out); });
}

class FlameTest : public testing::Test {
 protected:
  FlameTest() {
    const FrameId main = recording_.line("m.cpp", 1, "main");
    const FrameId a = recording_.line("a.cpp", 2, "a;b");
    recording_.allocate(recording_.trace({main, a}), {75, 1});
    recording_.allocate(recording_.trace({main, recording_.line("c.cpp", 3, "c <d>\x01")}),
                        {25, 3});
    recording_.allocate(recording_.trace({main}), {100, 1});
  }

  RecordingBuilder recording_;
};

TEST_F(FlameTest, FoldedStacks) {
  EXPECT_EQ(folded({&recording_}), "main 100\nmain;a:b 75\nmain;c <d>\\x01 25\n");
  EXPECT_EQ(folded({&recording_}, by(Group::kFunction, SortBy::kCount)),
            "main 1\nmain;a:b 1\nmain;c <d>\\x01 3\n");
  EXPECT_EQ(folded({&recording_}, by(Group::kFile)), "m.cpp 100\nm.cpp;a.cpp 75\nm.cpp;c.cpp 25\n");
  EXPECT_EQ(folded({&recording_}, by(Group::kFunction), {.bottom_up = true, .least = {}}),
            "a:b;main 75\nc <d>\\x01;main 25\nmain 100\n");
}

TEST_F(FlameTest, FoldedStacksOfTwo) {
  RecordingBuilder newer;
  newer.allocate(newer.trace({newer.line("m.cpp", 9, "main"), newer.line("e.cpp", 3, "e")}),
                 {7, 1});
  newer.allocate(newer.trace({newer.line("m.cpp", 9, "main")}), {90, 1});
  EXPECT_EQ(folded({&recording_, &newer}),
            "main 100 90\nmain;a:b 75 0\nmain;c <d>\\x01 25 0\nmain;e 0 7\n");
}

TEST_F(FlameTest, MergedCallsTakeNoBox) {
  const TreeShape shape = {.least = {}, .collapse_recursion = true, .merged = {"a.cpp"}};
  EXPECT_EQ(folded({&recording_}, by(Group::kFunction), shape), "main 175\nmain;c <d>\\x01 25\n");
  EXPECT_NE(svg({&recording_}, by(Group::kFunction), shape)
                .find("; --merge &#39;a.cpp&#39; --collapse-recursion"),
            std::string::npos)
      << svg({&recording_}, by(Group::kFunction), shape);
  // Nothing is lost where no call is left to tell of.
  EXPECT_EQ(folded({&recording_}, by(Group::kFunction), {.least = {}, .merged = {"*"}}),
            "(merged) 200\n");
}

// A program that lies elsewhere, and begins in a function of which the source is not known.
TEST_F(FlameTest, OfTwoProgramsCallsAreToldByTheirNames) {
  RecordingBuilder older, newer;
  older.allocate(older.trace({older.symbol("_start", 5), older.line("/a/m.cpp", 1, "main")}),
                 {10, 1});
  const ModuleId moved = newer.module("/moved/other");
  newer.allocate(newer.trace({newer.symbol("_start", 5, moved), newer.line("/b/m.cpp", 7, "main")}),
                 {30, 1});
  EXPECT_EQ(folded({&older, &newer}), "_start;main 10 30\n");
  const std::string text = svg({&older, &newer});
  EXPECT_NE(text.find("<title>main\n30 B (30 B), 100.0 % of all\nbefore: 10 B"), std::string::npos)
      << text;
}

TEST_F(FlameTest, FoldedStacksAddUp) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const RecordingBuilder recording = random_run(seed);
    for (const Group group : {Group::kFunction, Group::kLine, Group::kModule}) {
      for (const bool inverted : {false, true}) {
        std::istringstream lines(
            folded({&recording}, by(group), {.bottom_up = inverted, .least = {}}));
        std::uint64_t sum = 0;
        for (std::string line; std::getline(lines, line);) {
          sum += std::stoull(line.substr(line.rfind(' ') + 1));
        }
        EXPECT_EQ(sum, recording.data.header.peak.bytes) << seed;
      }
    }
  }
}

// Widths of the boxes by name.
std::map<std::string, double> widths(const std::string& text) {
  std::map<std::string, double> result;
  static const std::regex box(R"(<g><title>([^\n]*)\n[^<]*</title><rect [^>]*width="([0-9.]+)\")");
  for (std::sregex_iterator i(text.begin(), text.end(), box), end; i != end; ++i) {
    result[(*i)[1]] += std::stod((*i)[2]);
  }
  return result;
}

TEST_F(FlameTest, BoxesAreAsWideAsWhatTheyStandFor) {
  const auto found = widths(svg({&recording_}));
  EXPECT_EQ(found,
            (std::map<std::string, double>{
                {"all", 1180}, {"main", 1180}, {"a;b", 442.5}, {"c &lt;d&gt;\\x01", 147.5}}));
  EXPECT_EQ(widths(svg({&recording_}, by(Group::kFunction, SortBy::kCount))).at("a;b"), 236);
}

TEST_F(FlameTest, TooltipsAreExact) {
  const std::string text = svg({&recording_});
  EXPECT_NE(text.find("<title>a;b\n75 B (75 B), 37.5 % of all</title>"), std::string::npos);
  EXPECT_NE(text.find("200 B in 5 blocks"), std::string::npos);
}

TEST_F(FlameTest, OfTwoColoursTellWhatGrew) {
  RecordingBuilder newer;
  const FrameId main = newer.line("m.cpp", 9, "main");
  newer.allocate(newer.trace({main, newer.line("a.cpp", 2, "a;b")}), {150, 1});
  newer.allocate(newer.trace({main, newer.line("c.cpp", 2, "c <d>\x01")}), {10, 1});
  const std::string text = svg({&recording_, &newer});
  EXPECT_NE(text.find("before: 75 B (75 B)</title><rect class=\"grew\""), std::string::npos)
      << text;
  EXPECT_NE(text.find("before: 25 B (25 B)</title><rect class=\"shrank\""), std::string::npos);
  EXPECT_NE(text.find("(-40 B); orange grew, blue shrank"), std::string::npos);
}

TEST_F(FlameTest, NamesAreTextWhateverTheyAre) {
  RecordingBuilder hostile;
  const std::string script = "</title><script>alert(1)</script>\"'&\x1B[31m\xFF";
  hostile.allocate(hostile.trace({hostile.line("a.cpp", 1, script)}), {10, 1});
  hostile.allocate(hostile.trace({hostile.line("a.cpp", 1, std::string(1 << 20, 'x'))}), {10, 1});
  hostile.data.header.command = {script};
  const std::string text = svg({&hostile});
  EXPECT_EQ(text.find("<script"), std::string::npos);
  EXPECT_EQ(text.find('\x1B'), std::string::npos);
  EXPECT_EQ(text.find('\xFF'), std::string::npos);
  EXPECT_LT(text.size(), 20'000u);
}

TEST_F(FlameTest, OfNothing) {
  const RecordingBuilder empty;
  EXPECT_EQ(folded({&empty}), "");
  EXPECT_NE(svg({&empty}).find("</svg>"), std::string::npos);
}

}  // namespace
}  // namespace heaptally
