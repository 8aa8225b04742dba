#include "core/report/page.h"

#include <deque>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/report/page_data.h"
#include "core/report/page_sources.h"
#include "tests/profile/random_recording.h"

namespace heaptally {
namespace {

Json json_of(const std::vector<const RecordingBuilder*>& recordings) {
  std::deque<Profile> profiles;
  std::vector<Excerpt> excerpts;
  std::vector<PageSide> sides;
  excerpts.reserve(2);
  for (const RecordingBuilder* recording : recordings) {
    profiles.emplace_back(recording->data, SiteRules{});
    excerpts.push_back(excerpt(profiles.back(), recording->timeline(), {}, {}));
    sides.push_back({profiles.back(), excerpts.back()});
  }
  return page_json(sides, {}, {});
}

std::string page_of(const RecordingBuilder& recording, std::size_t most_bytes = 10 << 20) {
  const Profile profile(recording.data, {});
  const Query query;
  return make_page(
      {.recordings = {{profile, recording.timeline()}}, .query = query, .most_bytes = most_bytes});
}

TEST(Page, DataAddsUpToTheRecordings) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    SCOPED_TRACE(seed);
    const RecordingBuilder older = random_run(seed), newer = random_run(seed + 100);
    const Json json = json_of({&older, &newer});
    ASSERT_EQ(json["recordings"].size(), 2u);
    const RecordingBuilder* both[] = {&older, &newer};
    for (std::size_t i = 0; i < 2; ++i) {
      const Json& side = json["recordings"][i];
      const Header& header = both[i]->data.header;
      const auto sum = [&](const char* metric, std::size_t column) {
        std::uint64_t total = 0;
        for (const Json& value : side[metric][column]) total += value.get<std::uint64_t>();
        return total;
      };
      EXPECT_EQ(sum("peak", 0), header.peak.bytes);
      EXPECT_EQ(sum("end", 1), header.live_at_end.count);
      EXPECT_EQ(sum("total", 0), header.total.bytes);
      EXPECT_EQ(sum("allocated", 0), header.total.bytes);
      EXPECT_EQ(sum("temporary", 1), header.temporary.count);
      EXPECT_EQ(side["edges"].size(), side["bucket_sizes"].size() + 1);
      for (const Json& node : side["row_nodes"]) {
        EXPECT_LT(node.get<std::size_t>(), json["nodes"]["parent"].size());
      }
    }
  }
}

TEST(Page, TheSamePlaceOfBothIsOne) {
  RecordingBuilder older, newer;
  older.allocate(older.trace({older.line("a.cpp", 1, "a")}), {10, 1});
  newer.line("other.cpp", 1);
  newer.allocate(newer.trace({newer.line("a.cpp", 1, "a")}), {20, 1});
  newer.allocate(newer.trace({newer.line("b.cpp", 1, "b")}), {20, 1});
  const Json json = json_of({&older, &newer});
  EXPECT_EQ(json["nodes"]["parent"].size(), 3u);
  EXPECT_EQ(json["places"]["label"].size(), 2u);
  EXPECT_EQ(json["recordings"][0]["row_nodes"], Json({1}));
}

TEST(Page, HoldsNothingThatAProgramNamed) {
  RecordingBuilder hostile;
  const std::string script = "</script><script>alert('evil')</script>";
  hostile.allocate(hostile.trace({hostile.line(script, 1, script)}), {10, 1});
  hostile.data.header.command = {script};
  hostile.data.marks = {{script, std::chrono::seconds(1), {}}};
  EXPECT_EQ(page_of(hostile).find("evil"), std::string::npos);
}

TEST(Page, LongNamesAreCut) {
  RecordingBuilder recording;
  for (int i = 0; i < 30; ++i) {
    const std::string name(1 << 20, static_cast<char>('a' + i % 26));
    recording.allocate(recording.trace({recording.line(name, 1, name)}), {10, 1});
  }
  EXPECT_LT(page_of(recording).size(), 1u << 20);
}

TEST(Page, StaysBelowItsGreatestSize) {
  RecordingBuilder recording;
  const FrameId main = recording.line("m.cpp", 1, "main");
  std::uint32_t random = 1;
  for (std::uint32_t i = 0; i < 800; ++i) {
    random = random * 1664525 + 1013904223;
    const std::string name = "function_" + std::to_string(random);
    recording.allocate(recording.trace({main, recording.line(name + ".cpp", i + 1, name)}),
                       {1'000 + i, 1});
  }
  const std::size_t empty = page_of(RecordingBuilder()).size();
  const std::size_t whole = page_of(recording).size();
  ASSERT_GT(whole, empty + 10'000);
  EXPECT_LE(page_of(recording, empty + 5'000).size(), empty + 5'000);
}

TEST(Page, IsOneFile) {
  const std::string page = page_of(random_run(1));
  EXPECT_EQ(page.find("@DATA@"), std::string::npos);
  EXPECT_EQ(page.find("@SCRIPT@"), std::string::npos);
  EXPECT_EQ(page.find("@STYLE@"), std::string::npos);
  EXPECT_EQ(page.find("src=\"http"), std::string::npos);
  EXPECT_EQ(page.find("href=\"http"), std::string::npos);
}

}  // namespace
}  // namespace heaptally
