// Recordings that are still written, or whose collector was killed.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "core/base/error.h"
#include "core/recording/open.h"
#include "tests/recording/recording_fixture.h"

namespace heaptally::test {

namespace {

namespace fs = std::filesystem;

class Unfinished : public RecordingTest {
 protected:
  // A collector in a process of its own: it writes to `path`, tells that it did, and
  // goes on when told to.
  void start_collector(const fs::path& path, const std::function<void(RecordingWriter&)>& go_on) {
    ASSERT_EQ(::pipe(written_), 0);
    ASSERT_EQ(::pipe(told_), 0);
    collector_ = ::fork();
    ASSERT_GE(collector_, 0);
    if (collector_ == 0) {
      try {
        RecordingWriter writer(path, false);
        write_unfinished_sample(writer);
        char byte = 'w';
        if (::write(written_[1], &byte, 1) != 1 || ::read(told_[0], &byte, 1) != 1) ::_exit(1);
        go_on(writer);
      } catch (...) {
        ::_exit(2);
      }
      ::_exit(0);
    }
    char byte = 0;
    ASSERT_EQ(::read(written_[0], &byte, 1), 1);
  }
  void let_collector_go_on() { ASSERT_EQ(::write(told_[1], "g", 1), 1); }
  int status_of_collector() {
    int status = 0;
    EXPECT_EQ(::waitpid(collector_, &status, 0), collector_);
    return status;
  }
  void kill_collector() {
    ::kill(collector_, SIGKILL);
    EXPECT_TRUE(WIFSIGNALED(status_of_collector()));
  }

  pid_t collector_ = 0;

 private:
  int written_[2] = {};
  int told_[2] = {};
};

// What can be known of the sample without its totals.
RecordingData sample_data_unfinished() {
  RecordingData data = sample_data();
  Header& header = data.header;
  header.complete = false;
  header.total = {10'000, 96};
  header.temporary = {300, 31};
  header.live_at_end = {4'000, 36};
  header.frees = 60;
  // Of the edges, that after the second bucket has most: 2000 - 500 + 4000 + 500.
  header.peak = {6'000, 60};
  header.peak_time = Nanoseconds(200'000'000);
  data.totals = {{TallyId{0}, {9'000, 90}, {300, 30}, {3'000, 31}, {5'500, 55}, {}, {}},
                 {TallyId{1}, {1'000, 10}, {0, 0}, {1'000, 10}, {500, 5}, {}, {}},
                 {TallyId{2}, {0, 1}, {0, 1}, {0, 0}, {0, 0}, {}, {}}};
  set_timeline_peaks(data);
  data.survivors.reset();
  header.total.count = 90 + 10 + 1;
  header.live_at_end.count = 31 + 10;
  // The others have no tallies.
  for (Domain& domain : data.domains) domain = {.id = domain.id, .name = domain.name};
  data.domains.front() = heap_of(header);
  return data;
}

void expect_unfinished_sample(const fs::path& path) {
  RecordingReader reader(path);
  expect_same(reader.data(), sample_data_unfinished());
  expect_same(buckets_of(reader), sample_buckets());
}

TEST_F(Unfinished, AKilledCollectorLosesNothingThatWasFlushed) {
  start_collector(path("a"), [](RecordingWriter&) {});
  kill_collector();
  ASSERT_TRUE(fs::exists(path("a-wal")));
  expect_unfinished_sample(path("a"));
  expect_unfinished_sample(path("a"));  // reading it changed nothing
}

TEST_F(Unfinished, WhatWasNotFlushedIsNotThere) {
  start_collector(path("a"), [](RecordingWriter& writer) {
    const Module module{ModuleId{3}, "late", "", ""};
    writer.put(module);
    ::raise(SIGKILL);
  });
  let_collector_go_on();
  status_of_collector();
  expect_unfinished_sample(path("a"));
}

TEST_F(Unfinished, ACopyWithoutTheIndexIsReadElsewhere) {
  start_collector(path("a"), [](RecordingWriter&) {});
  kill_collector();
  fs::create_directory(path("copy"));
  fs::copy_file(path("a"), path("copy/a"));
  fs::copy_file(path("a-wal"), path("copy/a-wal"));
  expect_unfinished_sample(path("copy/a"));
  EXPECT_FALSE(fs::exists(path("copy/a-shm"))) << "reading left something behind";
}

TEST_F(Unfinished, WithoutItsWalItIsARecordingStill) {
  start_collector(path("a"), [](RecordingWriter&) {});
  kill_collector();
  fs::remove(path("a-wal"));
  fs::remove(path("a-shm"));
  RecordingReader reader(path("a"));
  EXPECT_FALSE(reader.data().header.complete);
  EXPECT_EQ(std::distance(fs::directory_iterator(path("")), fs::directory_iterator()), 1);
}

TEST_F(Unfinished, AReadOnlyFolderIsReadThroughACopy) {
  fs::create_directory(path("folder"));
  start_collector(path("folder/a"), [](RecordingWriter&) {});
  kill_collector();
  // Root may write anywhere, so only without the index does it too need the copy.
  if (::geteuid() == 0) fs::remove(path("folder/a-shm"));
  fs::permissions(path("folder"), fs::perms::owner_read | fs::perms::owner_exec);
  expect_unfinished_sample(path("folder/a"));
  fs::permissions(path("folder"), fs::perms::owner_all);
}

TEST_F(Unfinished, ARunningRecordingIsReadAndItsWriterNotHeldUp) {
  start_collector(path("a"), [](RecordingWriter& writer) {
    writer.add(std::span<const TallyTotals>(sample_data().totals));
    writer.add(std::span<const Survivors>(*sample_data().survivors));
    writer.finish();
  });
  RecordingReader reader(path("a"));
  expect_same(reader.data(), sample_data_unfinished());
  let_collector_go_on();
  EXPECT_EQ(status_of_collector(), 0);
  EXPECT_FALSE(fs::exists(path("a-wal"))) << "the reader kept it from finishing";
  EXPECT_FALSE(fs::exists(path("a-shm")));
  expect_same(buckets_of(reader), sample_buckets());  // as they were with data()
  RecordingReader finished(path("a"));
  expect_same(finished.data(), sample_data());
}

TEST_F(Unfinished, AWriterGivenUpLeavesAReadableFile) {
  {
    RecordingWriter writer(path("a"), false);
    write_unfinished_sample(writer);
  }
  expect_unfinished_sample(path("a"));
  EXPECT_EQ(std::distance(fs::directory_iterator(path("")), fs::directory_iterator()), 1);
}

TEST_F(Unfinished, AFullDiskLeavesWhatWasFlushed) {
  // A limit on the size of files stands in for the disk.
  struct sigaction before {};
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGXFSZ, &ignore, &before);
  struct rlimit unlimited {};
  ::getrlimit(RLIMIT_FSIZE, &unlimited);
  {
    RecordingWriter writer(path("a"), false);
    write_unfinished_sample(writer);
    struct rlimit limit = unlimited;
    limit.rlim_cur = fs::file_size(path("a-wal")) + 100'000;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::vector<Trace> traces(1'000'000);
    for (std::uint32_t i = 0; i < traces.size(); ++i) traces[i].id = static_cast<TraceId>(5 + i);
    const auto fill = [&] {
      writer.add(std::span<const Trace>(traces));
      writer.flush();
    };
    EXPECT_THROW(fill(), Error);
    EXPECT_THROW(writer.finish(), Error);
    ::setrlimit(RLIMIT_FSIZE, &unlimited);
  }
  ::sigaction(SIGXFSZ, &before, nullptr);
  expect_unfinished_sample(path("a"));
}

TEST_F(Unfinished, ADeathInTheMiddleOfARollbackJournalIsUndone) {
  {
    RecordingWriter writer(path("a"), false);
    write_sample(writer);
  }
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    sqlite::Database database(path("a").string(), SQLITE_OPEN_READWRITE, "a");
    database.execute("PRAGMA cache_size = 1; BEGIN EXCLUSIVE; DELETE FROM traces");
    database.execute(
        "CREATE TABLE big AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
        " SELECT i + 1 FROM n WHERE i < 20000) SELECT i, 'some text' FROM n");
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(fs::exists(path("a-journal")));
  RecordingReader reader(path("a"));
  expect_same(reader.data(), sample_data());
}

}  // namespace

}  // namespace heaptally::test
