// The picture of a timeline: what is drawn where, and that nothing in a recording can break it.
#include <regex>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "core/report/timeline_report.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

using std::chrono::seconds;

// 1 KiB for two seconds, then 4 KiB (its peak, at 2.5 s) until 4 s, then nothing; of 10 s.
struct Steps : RecordingBuilder {
  Steps() {
    TallyTotals totals;
    totals.total = {4096, 4};
    tally(trace({line("main.cpp", 3)}), totals, TaskId{0}, SizeClass{11});
    bucket(0, 1000, {{TallyId{0}, {1024, 1}, {}, {}}});
    bucket(2000, 1000, {{TallyId{0}, {3072, 3}, {}, {}}});
    bucket(4000, 1000, {{TallyId{0}, {}, {4096, 4}, {}}});
    buckets[0].max_live_bytes = 1024;
    buckets[1].max_live_bytes = buckets[2].max_live_bytes = 4096;
    data.header.command = {"./prog"};
    data.header.complete = true;
    data.header.peak = {4096, 4};
    data.header.peak_time = std::chrono::milliseconds(2500);
  }

  std::string svg(bool with_rss = false, std::size_t width = 594, std::size_t height = 304) const {
    const Profile profile(data, SiteRules{});
    const Query query;
    const HeapTimeline rows =
        heap_timeline(profile, timeline(), query, Nanoseconds(0), seconds(10));
    std::ostringstream out;
    TimelineReport report{.profile = profile, .query = query, .timeline = rows};
    report.width = width;
    report.height = height;
    report.with_rss = with_rss;
    write_svg(report, out);
    return out.str();
  }
};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

// The plot is 500 pixels wide from 76 on; 200 high, from 50 down to 250, for 1.15 of the peak.
TEST(TimelineSvg, DrawsTheStepsOfLiveBytes) {
  const std::string svg = Steps().svg();
  EXPECT_NE(svg.find("<path class=\"live\" d=\"M76 206.5H176V76.1H326V250.0H576V250.0H76Z\"/>"),
            std::string::npos)
      << svg;
}

TEST(TimelineSvg, MarksThePeak) {
  const std::string svg = Steps().svg();
  EXPECT_NE(svg.find("<circle class=\"peak\" cx=\"201.0\" cy=\"76.1\""), std::string::npos) << svg;
  EXPECT_NE(svg.find(">peak 4096 B at 2.500 s</text>"), std::string::npos) << svg;
}

TEST(TimelineSvg, HasAxesWithUnits) {
  const std::string svg = Steps().svg();
  for (const char* label : {">0 B<", ">2 KiB<", ">4 KiB<", ">0 s<", ">2 s<", ">10 s<"}) {
    EXPECT_NE(svg.find(label), std::string::npos) << label << svg;
  }
}

TEST(TimelineSvg, DrawsRssFromItsFirstSampleOn) {
  Steps recording;
  recording.data.samples = {{.time = seconds(5), .rss = 4096}, {.time = seconds(10), .rss = 8192}};
  const std::string svg = recording.svg();
  const std::regex path("<path class=\"rss\" d=\"M326 [0-9.]+H[^\"]*\"");
  EXPECT_TRUE(std::regex_search(svg, path)) << svg;
  EXPECT_NE(svg.find(">RSS of all processes<"), std::string::npos) << svg;
}

TEST(TimelineSvg, LeavesRssOutThatWouldHideTheHeap) {
  Steps recording;
  recording.data.samples = {{.time = seconds(1), .rss = 1 << 20},
                            {.time = seconds(10), .rss = 1 << 20}};
  const std::string svg = recording.svg();
  EXPECT_EQ(count(svg, "class=\"rss\""), 0u) << svg;
  EXPECT_NE(svg.find(">RSS, up to 1024 KiB: --rss<"), std::string::npos) << svg;
  EXPECT_EQ(count(recording.svg(true), "class=\"rss\""), 2u);  // the line and its sample
}

TEST(TimelineSvg, EscapesNames) {
  Steps recording;
  recording.data.header.command = {"</text><script>alert(1)</script>"};
  recording.data.marks = {{"<b>&\"'\x01\xFF", seconds(3), ProcessId{0}}};
  const std::string svg = recording.svg();
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  EXPECT_EQ(svg.find("<b>"), std::string::npos);
  EXPECT_EQ(svg.find('\x01'), std::string::npos);
  EXPECT_EQ(svg.find('\xFF'), std::string::npos);
  EXPECT_EQ(count(svg, "&lt;b&gt;&amp;"), 2u) << svg;  // shown, and told where it is pointed at
}

TEST(TimelineSvg, NamesMarksThatHaveRoom) {
  Steps recording;
  for (int i = 0; i < 10; ++i) {
    recording.data.marks.push_back(
        {"a name of some length", seconds(5) + std::chrono::milliseconds(i), ProcessId{0}});
  }
  recording.data.marks.push_back({"last", seconds(10), ProcessId{0}});
  const std::string svg = recording.svg();
  // In three rows, the last one left of its line.
  EXPECT_EQ(count(svg, "class=\"name label\">a name of some length<"), 3u) << svg;
  EXPECT_EQ(count(svg, "text-anchor=\"end\">last<"), 1u) << svg;
}

TEST(TimelineSvg, IsNotFilledByThousandsOfMarks) {
  Steps recording;
  for (int i = 0; i < 4096; ++i) {
    recording.data.marks.push_back({"m", std::chrono::milliseconds(2 * i), ProcessId{0}});
  }
  EXPECT_LE(count(recording.svg(), "class=\"mark\""), 600u);
}

TEST(TimelineSvg, SaysThatARecordingIsUnfinished) {
  Steps recording;
  recording.data.header.complete = false;
  EXPECT_NE(recording.svg().find(">incomplete: the recording was not finished</text>"),
            std::string::npos);
}

TEST(TimelineSvg, OfNothing) {
  RecordingBuilder nothing;
  const Profile profile(nothing.data, SiteRules{});
  const Query query;
  const HeapTimeline rows =
      heap_timeline(profile, nothing.timeline(), query, Nanoseconds(0), Nanoseconds(0));
  std::ostringstream out;
  write_svg({.profile = profile, .query = query, .timeline = rows, .width = 300, .height = 200},
            out);
  EXPECT_TRUE(out.str().ends_with("</svg>\n"));
  EXPECT_EQ(out.str().find("nan"), std::string::npos) << out.str();
}

}  // namespace
}  // namespace heaptally
