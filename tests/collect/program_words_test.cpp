#include "core/collect/program_words.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include <fmt/format.h>

namespace heaptally {
namespace {

// This process itself stands for the recorded one.
class ProgramWordsTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kLane = 3;

  ProgramWordsTest() {
    Occurrence image;
    image.kind = Occurrence::Kind::kImage;
    image.pid = getpid();
    image.stamp = clock_.now();
    image.command = "program";
    image.memory = std::make_unique<SharedMemory>(SharedMemoryOptions{});
    tree_.image_arrived(image);
    process_ = tree_.family(0).process(0);
    std::string name = (std::filesystem::temp_directory_path() / "heaptally-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~ProgramWordsTest() override {
    for (const auto& [file, ticket] : copies_) close(file);
    std::filesystem::remove_all(folder_);
  }

  void say(wire::NoteKind kind, std::uint32_t value = 0, const std::string& text = "") {
    words_.take(*process_, kLane, {kind, static_cast<std::int32_t>(++number_), value, 0, text});
  }
  wire::LaneAnswer& ask(wire::Question question, std::uint64_t about = 0) {
    say(wire::NoteKind::kAsk, static_cast<std::uint32_t>(question), fmt::format("{:x}", about));
    return answer();
  }
  wire::LaneAnswer& answer() { return process_->family->memory().lane(kLane).answer; }
  void allocate(std::uint64_t address, std::uint64_t size) {
    const TallyId tally = tallies_.tally_of(TraceId{1}, TaskId{0}, SizeClass{4});
    LiveBlock former;
    process_->live.insert({address, size, {}, tally}, former);
    tallies_.allocate(tally, size, {}, process_->tally);
  }
  int open_file(const char* name, int flags, mode_t mode = 0600) {
    return open((folder_ / name).c_str(), flags | O_CLOEXEC, mode);
  }
  // What is answered to the wish for a snapshot in a file.
  int snapshot_to(int file) {
    const int problem = ask(wire::Question::kSnapshot, static_cast<std::uint64_t>(file)).problem;
    close(file);
    return problem;
  }

  TickClock clock_;
  ProcessTable table_;
  RingMerger merger_{1, 1};
  ProcessTree tree_{clock_, merger_, table_};
  Tallies tallies_;
  std::vector<std::string> marks_;
  std::vector<std::pair<int, std::uint64_t>> copies_;
  bool can_copy_ = true;
  ProgramWords words_{
      tallies_,
      tree_,
      {[this](const TrackedProcess&, const std::string& name) { marks_.push_back(name); },
       [this](int file, std::uint64_t ticket) {
         copies_.emplace_back(file, ticket);
         return can_copy_;
       }}};
  TrackedProcess* process_ = nullptr;
  std::filesystem::path folder_;
  std::uint32_t number_ = 70;
};

TEST_F(ProgramWordsTest, TracedMemoryAndItsPeak) {
  allocate(0x100, 30);
  allocate(0x200, 12);
  wire::LaneAnswer& told = ask(wire::Question::kTracedMemory);
  EXPECT_EQ(told.question, number_);
  EXPECT_EQ(told.count, 1u);
  EXPECT_EQ(told.problem, 0);
  EXPECT_EQ(told.values[0], 42u);
  EXPECT_EQ(told.values[1], 42u);
  say(wire::NoteKind::kClear);
  EXPECT_EQ(process_->live.size(), 0u);
  EXPECT_TRUE(process_->has_untraced);
  EXPECT_EQ(tallies_.live(), (Amount{0, 0}));
  allocate(0x300, 5);
  ask(wire::Question::kTracedMemory);
  EXPECT_EQ(told.count, 2u);
  EXPECT_EQ(told.values[0], 5u);
  EXPECT_EQ(told.values[1], 5u);
}

TEST_F(ProgramWordsTest, BeginningsAndEndsAreMarks) {
  EXPECT_FALSE(process_->has_untraced);
  say(wire::NoteKind::kTracing, 0);
  EXPECT_TRUE(process_->has_untraced);
  say(wire::NoteKind::kTracing, 1);
  say(wire::NoteKind::kExit, wire::kExitBegins);
  EXPECT_FALSE(process_->family->lane(kLane).frees_own_block);
  say(wire::NoteKind::kExit, wire::kExitFreesOwn);
  EXPECT_TRUE(process_->family->lane(kLane).frees_own_block);
  EXPECT_EQ(marks_, (std::vector<std::string>{"stop", "start", "exit"}));
}

TEST_F(ProgramWordsTest, WhatMakesNoSenseIsAnswered) {
  EXPECT_EQ(ask(static_cast<wire::Question>(77)).problem, EINVAL);
  EXPECT_EQ(ask(wire::Question::kTraceback, 0x100).values[0], 0u);
  say(wire::NoteKind::kAsk, static_cast<std::uint32_t>(wire::Question::kTraceback), "not hex");
  EXPECT_EQ(answer().values[0], 0u);
  EXPECT_EQ(answer().question, number_);
}

TEST_F(ProgramWordsTest, SnapshotsGoToTheFileThatTheProcessHasOpen) {
  EXPECT_EQ(snapshot_to(open_file("new", O_RDWR | O_CREAT | O_EXCL)), wire::LaneAnswer::kAccepted);
  ASSERT_EQ(copies_.size(), 1u);
  struct stat own = {}, there = {};
  ASSERT_EQ(fstat(copies_[0].first, &own), 0);
  ASSERT_EQ(stat((folder_ / "new").c_str(), &there), 0);
  EXPECT_EQ(own.st_ino, there.st_ino);
  EXPECT_TRUE(words_.has_open_copies());
  const std::uint32_t asked = number_;
  ask(wire::Question::kTracedMemory);
  words_.copied({{copies_[0].second + 1, 0}});  // nobody's
  EXPECT_TRUE(words_.has_open_copies());
  words_.copied({{copies_[0].second, ENOSPC}});
  EXPECT_EQ(answer().question, asked);
  EXPECT_EQ(answer().problem, ENOSPC);
  EXPECT_FALSE(words_.has_open_copies());

  EXPECT_EQ(snapshot_to(open_file("other", O_RDWR | O_CREAT)), wire::LaneAnswer::kAccepted);
  words_.give_up_copies();
  EXPECT_EQ(answer().problem, EIO);
  can_copy_ = false;
  EXPECT_EQ(snapshot_to(open_file("third", O_RDWR | O_CREAT)), EIO);
}

TEST_F(ProgramWordsTest, SnapshotsAreNotPiledUp) {
  for (std::size_t i = 0; i < ProgramWords::kMostOpen; ++i) {
    EXPECT_EQ(snapshot_to(open_file(fmt::format("{}", i).c_str(), O_RDWR | O_CREAT)),
              wire::LaneAnswer::kAccepted);
  }
  EXPECT_EQ(snapshot_to(open_file("one more", O_RDWR | O_CREAT)), EAGAIN);
  words_.copied({{copies_[0].second, 0}});
  EXPECT_EQ(snapshot_to(open_file("one more", O_RDWR | O_CREAT)), wire::LaneAnswer::kAccepted);
}

// heaptally may have rights that the program has not: what that cannot change itself stays.
TEST_F(ProgramWordsTest, SnapshotsGoNowhereElse) {
  const int full = open_file("full", O_RDWR | O_CREAT);
  ASSERT_EQ(write(full, "text", 4), 4);
  EXPECT_EQ(snapshot_to(full), EINVAL);
  EXPECT_EQ(snapshot_to(open_file("full", O_RDONLY)), EACCES);
  EXPECT_EQ(snapshot_to(open_file("empty", O_RDONLY | O_CREAT)), EACCES);
  EXPECT_EQ(snapshot_to(open("/dev/null", O_RDWR | O_CLOEXEC)), EINVAL);
  EXPECT_EQ(snapshot_to(99'999), EACCES);
  EXPECT_TRUE(copies_.empty());
  EXPECT_FALSE(words_.has_open_copies());
}

}  // namespace
}  // namespace heaptally
