#include "core/profile/filter.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/profile/profile.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

TEST(Filter, ReadsPatternAndLine) {
  EXPECT_EQ(parse_filter("a.cpp:12", true, false).line, 12u);
  EXPECT_TRUE(parse_filter("a.cpp:12", true, false).pattern.matches("a.cpp"));
  EXPECT_EQ(parse_filter("a.cpp", true, false).line, std::nullopt);
  EXPECT_EQ(parse_filter("a.cpp:", true, false).line, std::nullopt);
  EXPECT_TRUE(parse_filter("C:x", true, false).pattern.matches("C:x"));
  EXPECT_EQ(parse_filter("a:1:2", true, false).line, 2u);
  for (const char* text : {"", ":5", "a.cpp:99999999999"}) {
    try {
      parse_filter(text, true, false);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
    }
  }
}

class Filters : public testing::Test {
 protected:
  Filters() {
    const ModuleId library = recording_.module("/opt/libx.so");
    from_a_ = recording_.trace({recording_.line("main.cpp", 3), recording_.line("src/a.cpp", 5)});
    from_main_ =
        recording_.trace({recording_.line("src/a.cpp", 5), recording_.line("main.cpp", 3)});
    from_library_ = recording_.trace({recording_.symbol("f", 1, library)});
  }

  // Which of from_a, from_main, from_library and the empty stack are kept: "1100".
  std::string kept(const std::vector<Filter>& filters) {
    const Profile profile(recording_.data, {});
    const std::vector<bool> kept =
        kept_traces(recording_.data, profile.places(), profile.sites(), filters);
    std::string text;
    for (const TraceId trace : {from_a_, from_main_, from_library_, kRootTrace}) {
      text += kept[index_of(trace)] ? '1' : '0';
    }
    return text;
  }
  static Filter in(const char* text, bool all_frames = false) {
    return parse_filter(text, true, all_frames);
  }
  static Filter out(const char* text, bool all_frames = false) {
    return parse_filter(text, false, all_frames);
  }

  RecordingBuilder recording_;
  TraceId from_a_{};
  TraceId from_main_{};
  TraceId from_library_{};
};

TEST_F(Filters, KeepAllIfThereIsNone) { EXPECT_EQ(kept({}), "1111"); }

TEST_F(Filters, LookAtTheSite) {
  EXPECT_EQ(kept({in("src/*")}), "1000");
  EXPECT_EQ(kept({out("src/*")}), "0111");
  EXPECT_EQ(kept({in("SRC/*")}), "0000");
  EXPECT_EQ(kept({in("src/a.cpp:5")}), "1000");
  EXPECT_EQ(kept({in("src/a.cpp:6")}), "0000");
}

TEST_F(Filters, LookAtAllFramesIfAsked) {
  EXPECT_EQ(kept({in("src/*", true)}), "1100");
  EXPECT_EQ(kept({out("src/*", true)}), "0011");
  EXPECT_EQ(kept({in("main.cpp:3", true)}), "1100");
}

TEST_F(Filters, KeepWhatAnyIncludesAndNoneExcludes) {
  EXPECT_EQ(kept({in("src/*"), in("main.cpp")}), "1100");
  EXPECT_EQ(kept({in("*"), out("main.cpp")}), "1011");
  EXPECT_EQ(kept({out("main.cpp"), out("src/*")}), "0011");
  EXPECT_EQ(kept({out("*"), in("*")}), "0000");
}

TEST_F(Filters, MatchTheModuleWhereNoFileIsKnown) {
  EXPECT_EQ(kept({in("*/libx.so")}), "0010");
  EXPECT_EQ(kept({in("*/libx.so:0")}), "0000");
  EXPECT_EQ(kept({in("/bin/program")}), "0000");
}

TEST_F(Filters, MatchTheUnknownByItsName) { EXPECT_EQ(kept({in("<unknown>")}), "0001"); }

TEST_F(Filters, DoNotHandTheUnknownOn) { EXPECT_EQ(kept({in("<unknown>", true)}), "0001"); }

TEST(Threads, AreFoundByIdAndName) {
  RecordingBuilder recording;
  recording.task("worker-1", 101);
  recording.task("worker-2", 102);
  using Kept = std::vector<bool>;
  EXPECT_EQ(kept_tasks(recording.data, {}), Kept({true, true, true}));
  EXPECT_EQ(kept_tasks(recording.data, {"101"}), Kept({false, true, false}));
  EXPECT_EQ(kept_tasks(recording.data, {"worker-*"}), Kept({false, true, true}));
  EXPECT_EQ(kept_tasks(recording.data, {"main", "102"}), Kept({true, false, true}));
}

TEST(Threads, ThatAreNotThereAreAnErrorThatNamesThoseThatAre) {
  RecordingBuilder recording;
  recording.task("worker", 101);
  try {
    kept_tasks(recording.data, {"main", "nobody"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "--thread nobody: no such thread; there are main (100), worker (101)");
    EXPECT_EQ(error.code(), ExitCode::kUsage);
  }
}

class FilteredProcesses : public testing::Test {
 protected:
  FilteredProcesses() {
    const ProcessId shell = recording_.process(200, "/bin/sh -c 'cc a.c'", 100);
    recording_.task("sh", 200, 1, shell);
    recording_.task("cc", 200, 1, recording_.execute(shell, "/usr/bin/cc -O2 a.c"));
    const ProcessId folded = recording_.process(0, "/usr/bin/as");
    recording_.data.processes[index_of(folded)].processes = 40;
    recording_.task("as", 0, 40, folded);
  }

  // Which of the tasks main, sh, cc and as are kept: "1000".
  std::string kept(const std::vector<std::string>& processes) {
    std::string text;
    for (const bool task : kept_by_process(recording_.data, processes)) text += task ? '1' : '0';
    return text;
  }

  RecordingBuilder recording_;
};

TEST_F(FilteredProcesses, AreFoundByPidCommandAndProgram) {
  EXPECT_EQ(kept({}), "1111");
  EXPECT_EQ(kept({"100"}), "1000");
  EXPECT_EQ(kept({"program"}), "1000");
  EXPECT_EQ(kept({"*a.c"}), "0110");
  EXPECT_EQ(kept({"as"}), "0001");
  EXPECT_EQ(kept({"as", "100"}), "1001");
}

TEST_F(FilteredProcesses, KeepAllImagesOfOneButAreNamedByTheLast) {
  EXPECT_EQ(kept({"200"}), "0110");
  EXPECT_EQ(kept({"cc"}), "0110");
  EXPECT_THROW(kept({"sh"}), Error);
}

TEST_F(FilteredProcesses, ThatAreNotThereAreAnErrorThatNamesThoseThatAre) {
  for (const char* wanted : {"0", "nobody", "10"}) {
    try {
      kept({"cc", wanted});
      ADD_FAILURE() << wanted;
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), "--process " + std::string(wanted) +
                                  ": no such process; there are program (100), cc (200), as (40 "
                                  "processes)");
      EXPECT_EQ(error.code(), ExitCode::kUsage);
    }
  }
}

}  // namespace
}  // namespace heaptally
