// Places as users name them, and the traces that pass there.
#include "core/profile/named_places.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/profile/kept.h"
#include "core/profile/process_amounts.h"
#include "tests/profile/random_recording.h"

namespace heaptally {
namespace {

using Kept = std::vector<bool>;

class NamedPlaces : public testing::Test {
 protected:
  // By trace: the empty one, main, main > parse, main > parse > malloc, main > render (which is
  // inlined into the line before), cut > main.
  NamedPlaces() {
    const ModuleId libc = recording_.module("/lib/libc.so.6");
    const FrameId main = recording_.line("/src/main.cpp", 3, "main");
    const FrameId parse = recording_.line("/src/parse.cpp", 12, "ns::parse<int>(char const*)");
    const FrameId render =
        recording_.frame({{.function = "ns::render()", .file = "/src/render.cpp", .line = 7},
                          {.function = "draw", .file = "/src/draw.cpp", .line = 9}});
    const FrameId cut = recording_.frame({}, kNoModule, FrameKind::kCut);
    auto& traces = recording_.data.traces;
    const auto add = [&](TraceId parent, FrameId frame) {
      const auto id = TraceId(traces.size());
      traces.push_back({.id = id, .parent = parent, .frame = frame});
      return id;
    };
    const TraceId in_main = add(kRootTrace, main);
    const TraceId in_parse = add(in_main, parse);
    add(in_parse, recording_.symbol("malloc", 16, libc));
    add(in_main, render);
    add(add(kRootTrace, cut), main);
    for (std::size_t i = 0; i < traces.size(); ++i) recording_.allocate(TraceId(i), {10, 1});
  }

  Kept through(const std::string& name) const {
    const Profile profile(recording_.data, {});
    return traces_through(recording_.data, profile.places(),
                          named_places(profile.places(), name, "--through"));
  }
  Kept kept(const std::vector<std::string>& through, const std::vector<std::string>& without,
            const std::vector<Filter>& filters = {}) const {
    Query query;
    query.filters = filters;
    query.through = through;
    query.without = without;
    return kept_traces(Profile(recording_.data, {}), query);
  }
  void expect_refused(const std::string& name, const std::string& says) const {
    const Profile profile(recording_.data, {});
    const Profile* const profiles[] = {&profile};
    try {
      require_places(profiles, {"main", name}, "--through");
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
      EXPECT_EQ(error.code(), ExitCode::kUsage);
    }
  }

  RecordingBuilder recording_;
};

const Kept kInMain = {false, true, true, true, true, false, true};
const Kept kInParse = {false, false, true, true, false, false, false};
const Kept kInRender = {false, false, false, false, true, false, false};
const Kept kInMalloc = {false, false, false, true, false, false, false};
const Kept kNowhere(7);

TEST_F(NamedPlaces, AreFilesLinesFunctionsAndLibraries) {
  for (const char* name : {"main", "main.cpp", "/src/main.cpp", "main.cpp:3", "src/main.cpp:3",
                           "*ain.cpp", "m??n", "/bin/program"}) {
    EXPECT_EQ(through(name), kInMain) << name;
  }
  for (const char* name : {"parse", "ns::parse", "ns::parse<int>(char const*)", "ns::pa*",
                           "parse.cpp", "parse.cpp:12"}) {
    EXPECT_EQ(through(name), kInParse) << name;
  }
  for (const char* name : {"render", "draw", "draw.cpp:9", "/src/render.cpp"}) {
    EXPECT_EQ(through(name), kInRender) << name;
  }
  for (const char* name : {"malloc", "libc.so.6", "/lib/libc.so.6", "libc.so*", "lib/libc.so.6"}) {
    EXPECT_EQ(through(name), kInMalloc) << name;
  }
  for (const char* name : {"ain", "arse.cpp", "parse.cpp:13", "program", "*lib*", "libc", "so.6"}) {
    EXPECT_EQ(through(name), kNowhere) << name;
  }
}

TEST_F(NamedPlaces, OfTheEmptyStackAndOfCutOnes) {
  EXPECT_EQ(through("<unknown>"), (Kept{true, false, false, false, false, false, false}));
  EXPECT_EQ(through("<cut>"), (Kept{false, false, false, false, false, true, true}));
  EXPECT_EQ(through("*"), Kept(7, true));
}

TEST_F(NamedPlaces, KeepAndLeaveOutTraces) {
  EXPECT_EQ(kept({}, {}), Kept(7, true));
  EXPECT_EQ(kept({"parse"}, {}), kInParse);
  EXPECT_EQ(kept({"parse", "render"}, {}), (Kept{false, false, true, true, true, false, false}));
  EXPECT_EQ(kept({"main"}, {"malloc", "draw"}),
            (Kept{false, true, true, false, false, false, true}));
  EXPECT_EQ(kept({}, {"main"}), (Kept{true, false, false, false, false, true, false}));
  EXPECT_EQ(kept({"parse"}, {"parse"}), kNowhere);
  EXPECT_EQ(kept({"nowhere"}, {}), kNowhere);
  EXPECT_EQ(kept({}, {"nowhere"}), Kept(7, true));
  // malloc is machinery: the site is its caller.
  EXPECT_EQ(kept({"malloc"}, {}, {parse_filter("*/parse.cpp", true, false)}), kInMalloc);
  EXPECT_EQ(kept({"malloc"}, {}, {parse_filter("*/main.cpp", true, false)}), kNowhere);
}

TEST_F(NamedPlaces, RestrictWhatIsKept) {
  Query query;
  EXPECT_TRUE(query.keeps_all());
  query.through = {"parse"};
  EXPECT_FALSE(query.keeps_all());
  const Profile profile(recording_.data, {});
  const Snapshot snapshot =
      take_snapshot(recording_.data, recording_.timeline(), Metric::kLive, {});
  const heaptally::Kept kept = keep(profile, snapshot, query);
  EXPECT_EQ(kept.kept, (Amount{20, 2}));
  EXPECT_EQ(kept.whole, (Amount{70, 7}));
  recording_.data.processes[0].total = {1000, 10};
  const Processes processes(recording_.data);
  EXPECT_EQ(choose_processes(profile, processes, query).sum.total, (Amount{20, 2}));
}

TEST_F(NamedPlaces, ThatNobodyKnowsAreRefusedWithNearOnes) {
  expect_refused("rener",
                 "--through rener: no such place in the recording; near ones are ns::render()");
  expect_refused("pasre.cpp:3", "near ones are /src/parse.cpp");
  expect_refused("zzzzzzzzzzzz", "heaptally stats");
  expect_refused("", "--through : names no place");
  expect_refused(":12", "--through :12: names no place");
}

TEST_F(NamedPlaces, AreThoseOfAnyOfSeveralRecordings) {
  RecordingBuilder newer;
  newer.allocate(newer.trace({newer.line("new.cpp", 1, "added")}), {1, 1});
  const Profile first(recording_.data, {}), second(newer.data, {});
  const Profile* const both[] = {&first, &second};
  EXPECT_NO_THROW(require_places(both, {"parse", "added"}, "--through"));
  EXPECT_THROW(require_places(both, {"parse", "ad"}, "--through"), Error);
}

// What is matched by text agrees with what is matched by place and trace.
TEST(NamedPlacesOfRandomRecordings, AgreeWithALookAtEachTrace) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const RecordingBuilder recording = random_recording(seed);
    const Profile profile(recording.data, {});
    const Places& places = profile.places();
    const std::vector<bool> found =
        traces_through(recording.data, places, named_places(places, "1.cpp:2", "--in"));
    for (std::size_t i = 1; i < found.size(); ++i) {
      bool expected = false;
      for_each_place(recording.data, places, TraceId(i), [&](PlaceId place) {
        expected = expected || (places.where(place) == "src/1.cpp" && places[place].line == 2);
      });
      EXPECT_EQ(found[i], expected) << seed << " " << i;
    }
  }
}

}  // namespace
}  // namespace heaptally
