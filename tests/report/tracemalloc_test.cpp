// heaptally's answers beside those of Python's tracemalloc, which golden/make_statistics.py wrote.
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/report/statistics_report.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

std::vector<std::string> lines_of(std::istream& in) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> golden(const char* name) {
  std::ifstream file(std::string(HEAPTALLY_GOLDEN "/") + name);
  return lines_of(file);
}

// A frame "FILE:LINE".
FrameId frame(RecordingBuilder& recording, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const auto line = static_cast<std::uint32_t>(std::stoul(text.substr(colon + 1)));
  return recording.line(text.substr(0, colon), line);
}

RecordingBuilder golden_recording() {
  RecordingBuilder recording;
  for (const std::string& text : golden("traces.txt")) {
    std::istringstream fields(text);
    std::string field;
    std::getline(fields, field, '\t');
    const std::uint64_t size = std::stoull(field);
    std::vector<FrameId> frames;
    while (std::getline(fields, field, '\t')) frames.push_back(frame(recording, field));
    recording.allocate(recording.trace(frames), {size, 1});
  }
  return recording;
}

// A question "? GROUP SORT CUMULATIVE ALL_FRAMES FILTER...".
Query query(const std::string& question) {
  std::istringstream words(question);
  std::string mark;
  std::string group;
  std::string sort;
  bool cumulative = false;
  bool all_frames = false;
  words >> mark >> group >> sort >> cumulative >> all_frames;
  Query query;
  query.group = parse_group(group);
  query.sort = parse_sort(sort);
  query.cumulative = cumulative;
  for (std::string filter; words >> filter;) {
    query.filters.push_back(parse_filter(filter.substr(1), filter[0] == '+', all_frames));
  }
  return query;
}

std::string answer(const Profile& profile, const Snapshot& snapshot, const Query& query) {
  const Statistics rows = statistics(profile, snapshot, query);
  std::ostringstream out;
  write_text({.profile = profile, .snapshot = snapshot, .query = query, .statistics = rows}, out);
  std::istringstream in(out.str());
  std::string text;
  for (const std::string& line : lines_of(in)) {
    if (!line.starts_with("# ")) text += line + "\n";
  }
  return text;
}

TEST(Tracemalloc, AnswersTheSame) {
  const RecordingBuilder recording = golden_recording();
  const Profile profile(recording.data, {});
  const Snapshot snapshot = take_snapshot(recording.data, recording.timeline(), Metric::kLive, {});
  const std::vector<std::string> lines = golden("statistics.txt");
  int questions = 0;
  for (std::size_t i = 0; i < lines.size(); ++questions) {
    const std::string& question = lines[i++];
    std::string expected;
    for (; i < lines.size() && !lines[i].starts_with("? "); ++i) expected += lines[i] + "\n";
    EXPECT_EQ(answer(profile, snapshot, query(question)), expected) << question;
  }
  EXPECT_EQ(questions, 17);
}

}  // namespace
}  // namespace heaptally
