// The event log in a file: numbered, in chunks, and read back by time and by block.
#include <random>

#include "core/base/error.h"
#include "core/recording/block_table.h"
#include "tests/recording/recording_fixture.h"

namespace heaptally::test {

namespace {

class EventLogTest : public RecordingTest {
 protected:
  EventLogTest() : writer_(std::in_place, path("log"), false) {
    const RecordingData data = sample_data();
    for (const Process& process : data.processes) writer_->put(process);
    for (const Domain& domain : data.domains) writer_->put(domain);
    for (const Task& task : data.tasks) writer_->put(task);
    for (const Module& module : data.modules) writer_->put(module);
    writer_->add(std::span(data.frames));
    writer_->add(std::span(data.traces));
    writer_->add(std::span(data.tallies));
  }

  void allocate(int time, std::uint32_t image, std::uint64_t address, std::uint64_t size = 20) {
    const auto tally = size == 0 ? TallyId{2} : TallyId{0};
    raw_.push_back(RawEvent::allocated(Nanoseconds(time), image, address, size, tally));
  }
  void free(int time, std::uint32_t image, std::uint64_t address, bool temporary = false) {
    raw_.push_back(RawEvent::freed(Nanoseconds(time), image, address, temporary));
  }
  void end(int time, std::uint32_t image) {
    raw_.push_back(RawEvent::ended(Nanoseconds(time), image));
  }
  void write() {
    writer_->add(std::span<const RawEvent>(raw_));
    raw_.clear();
  }

  // "TIME KIND BLOCK" of each event.
  static std::vector<std::string> events(RecordingReader& reader, Nanoseconds from = {}) {
    std::vector<std::string> all;
    reader.for_each_chunk(from, [&](const LogChunk& chunk) {
      for (const LogEvent& event : chunk.events) {
        all.push_back(std::to_string(event.time.count()) + " " +
                      std::string{"aftE"[static_cast<unsigned>(event.kind)]} + " " +
                      std::to_string(event.block));
      }
      return true;
    });
    return all;
  }
  std::string error_of_writing() {
    try {
      write();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  std::optional<RecordingWriter> writer_;
  std::vector<RawEvent> raw_;
};

TEST_F(EventLogTest, BlocksAreFoundByTheirAddressInTheirImage) {
  allocate(10, 0, 0x100);
  allocate(11, 1, 0x100);
  allocate(12, 1, 0x200, 0);
  free(13, 1, 0x100, true);
  allocate(14, 1, 0x100);
  free(15, 0, 0x100);
  end(16, 1);
  end(17, 5);
  write();
  writer_->finish();
  RecordingReader reader(path("log"));
  EXPECT_EQ(events(reader), (std::vector<std::string>{"10 a 0", "11 a 1", "12 a 2", "13 t 1",
                                                      "14 a 3", "15 f 0", "16 E 2", "16 E 3"}));
}

TEST_F(EventLogTest, WhatCannotBeIsRefused) {
  allocate(10, 0, 0x100);
  write();
  allocate(11, 0, 0x100);
  EXPECT_NE(error_of_writing().find("a block that is live"), std::string::npos);
  raw_ = {RawEvent::freed(Nanoseconds(12), 0, 0x200, false)};
  EXPECT_NE(error_of_writing().find("a block that is not live"), std::string::npos);
  raw_ = {RawEvent::allocated(Nanoseconds(12), 0, 0x200, 20, TallyId{77})};
  EXPECT_NE(error_of_writing().find("tally"), std::string::npos);
  raw_ = {RawEvent::ended(Nanoseconds(2), 0)};
  EXPECT_NE(error_of_writing().find("out of order"), std::string::npos);
}

TEST_F(EventLogTest, AnUnfinishedOneHasWhatWasFlushed) {
  allocate(10, 0, 0x100);
  write();
  writer_->flush();
  free(11, 0, 0x100);
  write();
  RecordingReader before(path("log"));
  EXPECT_EQ(events(before), (std::vector<std::string>{"10 a 0"}));
  writer_->flush();
  RecordingReader after(path("log"));
  EXPECT_EQ(events(after), (std::vector<std::string>{"10 a 0", "11 f 0"}));
  // The reader has no hold on the file.
  writer_.reset();
  std::filesystem::remove(path("log"));
  EXPECT_EQ(events(after).size(), 2u);
}

// Several chunks, of which the last is stored again and again.
TEST_F(EventLogTest, ChunksAreFoundByTimeAndByBlock) {
  constexpr int kBlocks = 100'000;
  for (int i = 0; i < kBlocks; ++i) {
    allocate(10 * i, 0, 0x1000 + 16 * static_cast<std::uint64_t>(i), 16 + i % 16);
    if (i >= 1'000) free(10 * i + 5, 0, 0x1000 + 16 * static_cast<std::uint64_t>(i - 1'000));
    if (i % 10'000 == 9'999) {
      write();
      writer_->flush();
    }
  }
  writer_->finish();
  RecordingReader reader(path("log"));
  EXPECT_EQ(events(reader).size(), 2u * kBlocks - 1'000);
  std::vector<LogExtent> chunks;
  reader.for_each_chunk(Nanoseconds(500'000), [&](const LogChunk& chunk) {
    chunks.push_back(chunk.extent);
    return true;
  });
  ASSERT_EQ(chunks.size(), 3u);  // of four
  EXPECT_GE(chunks[0].end, Nanoseconds(500'000));
  EXPECT_GT(chunks[0].first_event, 0u);
  const std::vector<std::uint64_t> asked = {0, 7, 7, 50'000, 50'001, 99'999};
  std::vector<std::uint64_t> given;
  reader.for_each_block(asked, [&](std::uint64_t number, const LogBlock& block) {
    given.push_back(number);
    EXPECT_EQ(block.birth, Nanoseconds(10 * number));
    EXPECT_EQ(block.address, 0x1000 + 16 * number);
    EXPECT_EQ(block.size, 16 + number % 16);
  });
  EXPECT_EQ(given, asked);
  const std::vector<std::uint64_t> beyond = {kBlocks};
  EXPECT_THROW(reader.for_each_block(beyond, [](std::uint64_t, const LogBlock&) {}), Error);
}

TEST_F(EventLogTest, ARecordingWithoutALogHasNoEvents) {
  writer_->finish();
  RecordingReader reader(path("log"));
  EXPECT_FALSE(reader.data().header.has_log);
  EXPECT_TRUE(events(reader).empty());
}

TEST(BlockTable, FindsWhatIsInIt) {
  std::mt19937_64 random(1);
  BlockTable table;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> live;
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    if (live.empty() || random() % 5 < 3) {
      const std::uint64_t address = 16 + 16 * (random() % 1'000'000);
      if (table.insert(address, i)) live.emplace_back(address, i);
      EXPECT_FALSE(table.insert(address, i));
      continue;
    }
    const std::size_t which = random() % live.size();
    EXPECT_EQ(table.remove(live[which].first), live[which].second);
    EXPECT_EQ(table.remove(live[which].first), std::nullopt);
    live[which] = live.back();
    live.pop_back();
  }
  std::vector<std::uint64_t> blocks;
  for (const auto& [address, block] : live) blocks.push_back(block);
  std::sort(blocks.begin(), blocks.end());
  EXPECT_EQ(table.blocks(), blocks);
}

}  // namespace

}  // namespace heaptally::test
