#include "core/report/labels.h"

#include <gtest/gtest.h>

#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

class Labels : public testing::Test {
 protected:
  std::string label(Group group, FrameId frame) {
    const Profile profile(recording_.data, {});
    return key_label(profile, group, {.place = profile.places().of(frame)[0]});
  }
  std::string frame_line(FrameId frame) {
    const Places places(recording_.data);
    return frame_label(places, places.of(frame)[0]);
  }
  std::string label(Group group, const Key& key) {
    return key_label(Profile(recording_.data, {}), group, key);
  }

  RecordingBuilder recording_;
  FrameId source_ = recording_.line("src/a.cpp", 5, "f(int)");
  FrameId symbol_ = recording_.symbol("f(int)", 0x1e);
  FrameId stripped_ = recording_.frame({});
  FrameId nowhere_ = recording_.frame({}, kNoModule);
};

TEST_F(Labels, OfLines) {
  EXPECT_EQ(label(Group::kLine, source_), "src/a.cpp:5");
  EXPECT_EQ(label(Group::kLine, symbol_), "/bin/program:f(int)+0x1f");
  EXPECT_EQ(label(Group::kLine, stripped_), "/bin/program:+0x1030");
  EXPECT_EQ(label(Group::kLine, nowhere_), "??:0x1040");
  EXPECT_EQ(label(Group::kLine, Key{.place = kUnknownPlace}), "<unknown>:0");
}

// Imported recordings do not tell how far into a function a call is.
TEST_F(Labels, OfAFunctionWithoutAnOffset) {
  const Location inner{.function = "f(int)", .file = ""};
  const FrameId imported = recording_.frame({inner}, RecordingBuilder::kProgram, FrameKind::kExact);
  EXPECT_EQ(label(Group::kLine, imported), "/bin/program:f(int)");
  EXPECT_EQ(label(Group::kFunction, imported), "f(int) (/bin/program)");
  EXPECT_EQ(frame_line(imported), "  File \"/bin/program\", f(int)");
}

TEST_F(Labels, OfThreadsThatNobodyCounted) {
  EXPECT_EQ(label(Group::kThread, Key{.task = recording_.task("", 0, 0)}), "all threads");
}

TEST_F(Labels, OfFilesModulesAndFunctions) {
  EXPECT_EQ(label(Group::kFile, source_), "src/a.cpp:0");
  EXPECT_EQ(label(Group::kFile, symbol_), "/bin/program:0");
  EXPECT_EQ(label(Group::kModule, source_), "/bin/program:0");
  EXPECT_EQ(label(Group::kModule, nowhere_), "??:0");
  EXPECT_EQ(label(Group::kFunction, source_), "f(int) (src/a.cpp)");
  EXPECT_EQ(label(Group::kFunction, symbol_), "f(int) (/bin/program)");
  EXPECT_EQ(label(Group::kFunction, stripped_), "?? (/bin/program)");
}

TEST_F(Labels, OfFrames) {
  EXPECT_EQ(frame_line(source_), "  File \"src/a.cpp\", line 5");
  EXPECT_EQ(frame_line(symbol_), "  File \"/bin/program\", f(int)+0x1f");
  EXPECT_EQ(frame_line(stripped_), "  File \"/bin/program\", +0x1030");
  EXPECT_EQ(frame_line(nowhere_), "  File \"??\", 0x1040");
}

TEST_F(Labels, OfThreads) {
  const TaskId folded = recording_.task("worker", 101, 40);
  const TaskId unnamed = recording_.task("", 102);
  EXPECT_EQ(label(Group::kThread, Key{.task = TaskId{0}}), "main (100)");
  EXPECT_EQ(label(Group::kThread, Key{.task = folded}), "worker (40 threads)");
  EXPECT_EQ(label(Group::kThread, Key{.task = unnamed}), "thread (102)");
}

TEST_F(Labels, OfProcesses) {
  const ProcessId compiler = recording_.process(200, "cc -O2 a.c");
  const ProcessId folded = recording_.process(0, "/usr/bin/as");
  recording_.data.processes[index_of(folded)].processes = 4000;
  const ProcessId long_one = recording_.process(201, "/usr/bin/ld " + std::string(100, 'x'));
  const ProcessId unnamed = recording_.process(202, "");
  EXPECT_EQ(label(Group::kProcess, Key{.process = compiler}), "cc -O2 a.c (200)");
  EXPECT_EQ(label(Group::kProcess, Key{.process = folded}), "/usr/bin/as (4,000 processes)");
  EXPECT_EQ(label(Group::kProcess, Key{.process = long_one}),
            "/usr/bin/ld " + std::string(45, 'x') + "... (201)");
  EXPECT_EQ(label(Group::kProcess, Key{.process = unnamed}), "process (202)");
}

TEST_F(Labels, OfSizes) {
  const auto size = [this](int size_class) {
    return label(Group::kSize, Key{.size_class = SizeClass(size_class)});
  };
  EXPECT_EQ(size(0), "[0 B, 1 B)");
  EXPECT_EQ(size(1), "[1 B, 2 B)");
  EXPECT_EQ(size(7), "[64 B, 128 B)");
  EXPECT_EQ(size(14), "[8192 B, 16.0 KiB)");
  EXPECT_EQ(size(64), "[8388608 TiB, 16 EiB)");
}

TEST_F(Labels, DoNotLetARecordingControlTheTerminal) {
  EXPECT_EQ(label(Group::kLine, recording_.line("a\n\x1b[2J.cpp", 1)), "a\\x0a\\x1b[2J.cpp:1");
}

}  // namespace
}  // namespace heaptally
