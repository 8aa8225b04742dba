#include "core/report/export.h"

#include <map>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/report/export_traces.h"
#include "tests/profile/random_recording.h"

namespace heaptally {
namespace {

using Parsed = nlohmann::json;
using Write = void (*)(const ExportRequest&, std::ostream&);

std::string written(const RecordingBuilder& recording, Write write, const Query& query = {},
                    const Moment& moment = {}) {
  const Profile profile(recording.data, {});
  const Snapshot live = take_snapshot(recording.data, recording.timeline(), Metric::kLive, moment);
  std::ostringstream out;
  write({profile, recording.timeline(), query, live}, out);
  return out.str();
}

// main calls a, in which b was inlined: 200 B in 2 at the peak, 100 in 1 at the end, 700 in all, of
// which 3 temporary. And malloc calls itself beneath an allocation of main's.
class ExportTest : public testing::Test {
 protected:
  ExportTest() {
    const FrameId main = recording_.line("m.cpp", 1, "main");
    const FrameId a = recording_.frame({{.function = "b", .file = "b.h", .line = 5},
                                        {.function = "a", .file = "a.cpp", .line = 2}});
    recording_.tally(recording_.trace({main, a}), {.total = {700, 7},
                                                   .temporary = {300, 3},
                                                   .live_at_end = {100, 1},
                                                   .live_at_peak = {200, 2},
                                                   .live_at_process_peak = {200, 2},
                                                   .lifetimes = {}});
    const ModuleId libc = recording_.module("/lib/libc.so.6");
    recording_.allocate(recording_.trace({main, recording_.symbol("malloc", 4, libc)}), {11, 1});
  }

  RecordingBuilder recording_;
};

TEST_F(ExportTest, FormatsAreKnownByName) {
  EXPECT_EQ(parse_export_format("pprof"), ExportFormat::kPprof);
  EXPECT_EQ(parse_export_format("csv"), ExportFormat::kCsv);
  try {
    parse_export_format("xml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("--format xml: "), std::string::npos);
  }
}

TEST_F(ExportTest, TracesBeginAtTheirSite) {
  const Profile profile(recording_.data, {});
  const Snapshot live = take_snapshot(recording_.data, recording_.timeline(), Metric::kLive, {});
  const std::vector<ExportTrace> traces =
      export_traces({profile, recording_.timeline(), Query{}, live});
  ASSERT_EQ(traces.size(), 2u);
  EXPECT_EQ(traces[0].live, (Amount{200, 2}));
  EXPECT_EQ(traces[0].end, (Amount{100, 1}));
  EXPECT_EQ(traces[0].total, (Amount{700, 7}));
  EXPECT_EQ(traces[0].temporary, (Amount{300, 3}));
  std::string functions;
  for (const PlaceId place : site_path(profile, traces[0].trace)) {
    functions += std::string(profile.places().function(place)) + " ";
  }
  EXPECT_EQ(functions, "b a main ");
  ASSERT_EQ(site_path(profile, traces[1].trace).size(), 1u);  // without malloc
}

TEST_F(ExportTest, Parsed) {
  const Parsed json = Parsed::parse(written(recording_, write_traces_json));
  ASSERT_EQ(json["traces"].size(), 2u);
  EXPECT_EQ(json["moment"], "peak");
  const Parsed& trace = json["traces"][0];
  EXPECT_EQ(trace["live"], (Parsed{{"bytes", 200}, {"count", 2}}));
  EXPECT_EQ(trace["peak"]["bytes"], 200);
  EXPECT_EQ(trace["end"]["bytes"], 100);
  EXPECT_EQ(trace["total"]["count"], 7);
  EXPECT_EQ(trace["temporary"]["count"], 3);
  EXPECT_EQ(trace["frames"][0]["function"], "b");
  EXPECT_EQ(trace["frames"][2]["line"], 1);
}

TEST_F(ExportTest, Csv) {
  std::istringstream lines(written(recording_, write_traces_csv, {}, {.kind = Moment::Kind::kEnd}));
  std::string heading, first;
  std::getline(lines, heading);
  std::getline(lines, first);
  EXPECT_EQ(heading,
            "label,file,line,function,module,live_size,live_count,peak_size,peak_count,end_size,"
            "end_count,total_size,total_count,temporary_size,temporary_count,traceback");
  EXPECT_NE(first.find(",100,1,200,2,100,1,700,7,300,3,"), std::string::npos) << first;
}

TEST_F(ExportTest, Speedscope) {
  const Parsed json = Parsed::parse(written(recording_, write_speedscope));
  EXPECT_EQ(json["$schema"], "https://www.speedscope.app/file-format-schema.json");
  ASSERT_EQ(json["profiles"].size(), 3u);
  const Parsed& live = json["profiles"][0];
  EXPECT_EQ(live["unit"], "bytes");
  EXPECT_EQ(live["weights"], (Parsed{200, 11}));
  EXPECT_EQ(live["endValue"], 211);
  std::string stack;
  for (const Parsed& frame : live["samples"][0]) {
    stack += json["shared"]["frames"][frame.get<std::size_t>()]["name"].get<std::string>() + " ";
  }
  EXPECT_EQ(stack, "main a b ");
  EXPECT_EQ(json["profiles"][2]["weights"], (Parsed{300}));
}

TEST_F(ExportTest, Massif) {
  recording_.bucket(0, 100, {{TallyId{0}, {700, 7}, {500, 5}, {}}, {TallyId{1}, {11, 1}, {}, {}}});
  recording_.bucket(5000, 100, {{TallyId{0}, {}, {100, 1}, {}}});
  const std::string text = written(recording_, write_massif);
  EXPECT_EQ(text.find("desc: heaptally"), 0u);
  EXPECT_NE(text.find("\ncmd: program 'an argument'\ntime_unit: ms\n"), std::string::npos) << text;
  EXPECT_NE(text.find("time=2500\nmem_heap_B=211\nmem_heap_extra_B=0\nmem_stacks_B=0\nheap_tree="
                      "peak\nn2: 211 (heap allocation functions)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("time=10000\nmem_heap_B=111\n"), std::string::npos);
}

TEST_F(ExportTest, MassifHasAtMost100Snapshots) {
  for (int i = 0; i < 4'000; ++i) recording_.bucket(2 * i, 2, {{TallyId{0}, {1, 1}, {}, {}}});
  const std::string text = written(recording_, write_massif);
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find("snapshot=", at)) != std::string::npos; ++at) ++count;
  EXPECT_LE(count, 100u);
  EXPECT_GT(count, 50u);
}

TEST_F(ExportTest, PprofIsCompressed) {
  const std::string bytes = written(recording_, write_pprof);
  EXPECT_EQ(bytes.substr(0, 3), "\x1F\x8B\x08");
}

TEST_F(ExportTest, OtherDomainsStayOut) {
  recording_.data.domains = {{kHeapDomain, "heap"}, {kMappedDomain, "mmap"}};
  Task task = recording_.data.tasks[0];
  task.id = TaskId(1);
  task.domain = kMappedDomain;
  task.heap_task = TaskId(0);
  recording_.data.tasks.push_back(task);
  recording_.data.tallies[1].task = task.id;
  EXPECT_EQ(Parsed::parse(written(recording_, write_traces_json))["traces"].size(), 1u);
  EXPECT_EQ(Parsed::parse(written(recording_, write_speedscope))["profiles"][0]["endValue"], 200);
  EXPECT_NE(written(recording_, write_massif).find("mem_heap_B=200\n"), std::string::npos);
}

TEST_F(ExportTest, SumsAreThoseOfTheRecording) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const RecordingBuilder recording = random_run(seed);
    const Header& header = recording.data.header;
    const Parsed json = Parsed::parse(written(recording, write_traces_json));
    std::map<std::string, std::uint64_t> sums;
    for (const Parsed& trace : json["traces"]) {
      for (const char* metric : {"live", "peak", "end", "total", "temporary"}) {
        sums[metric] += trace[metric]["bytes"].get<std::uint64_t>();
      }
    }
    EXPECT_EQ(sums, (std::map<std::string, std::uint64_t>{{"live", header.peak.bytes},
                                                          {"peak", header.peak.bytes},
                                                          {"end", header.live_at_end.bytes},
                                                          {"total", header.total.bytes},
                                                          {"temporary", header.temporary.bytes}}));
    const Parsed scope = Parsed::parse(written(recording, write_speedscope));
    EXPECT_EQ(scope["profiles"][0]["endValue"], header.peak.bytes);
    EXPECT_EQ(scope["profiles"][1]["endValue"], header.total.bytes);
  }
}

}  // namespace
}  // namespace heaptally
