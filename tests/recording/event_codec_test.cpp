#include "core/recording/event_codec.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <bit>
#include <random>

#include "core/recording/zstd_contexts.h"
#include "tests/sanitizer.h"

namespace heaptally {
namespace {

// What a sanitizer looks for is found soon or by the fuzzers, and each try takes it five times as
// long.
constexpr int kTries = kHasAddressSanitizer ? 5'000 : 20'000;

// A chunk that starts in the midst of a run, of a few tallies, with blocks of its own and of
// earlier chunks.
class EventCodecTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kFirstBlock = 1'000;

  EventCodecTest() {
    for (std::uint8_t size_class = 0; size_class < 49; ++size_class) {
      tallies_.push_back({static_cast<TallyId>(size_class), TraceId{}, TaskId{}, {}});
      tallies_.back().size_class = SizeClass{size_class};
    }
    chunk_.extent.first_block = kFirstBlock;
    chunk_.extent.start = chunk_.extent.end = time_;
  }

  std::uint64_t allocate(std::uint64_t address, std::uint64_t size, Nanoseconds after = {}) {
    time_ += after;
    const auto tally = static_cast<TallyId>(std::bit_width(size));
    chunk_.blocks.push_back({time_, address, size, tally});
    const std::uint64_t number = kFirstBlock + chunk_.blocks.size() - 1;
    add(number, LogKind::kAllocated);
    return number;
  }
  void end(std::uint64_t block, LogKind kind, Nanoseconds after = {}) {
    time_ += after;
    add(block, kind);
  }

  void expect_round_trip() {
    const BlobView blob = codec_.encode(chunk_);
    LogChunk decoded;
    ASSERT_TRUE(
        codec_.decode(std::vector(blob.begin(), blob.end()), chunk_.extent, tallies_, decoded));
    ASSERT_EQ(decoded.events.size(), chunk_.events.size());
    for (std::size_t i = 0; i < chunk_.events.size(); ++i) {
      const LogEvent &a = decoded.events[i], &b = chunk_.events[i];
      ASSERT_EQ(std::tie(a.time, a.block, a.kind), std::tie(b.time, b.block, b.kind)) << i;
    }
    ASSERT_EQ(decoded.blocks.size(), chunk_.blocks.size());
    for (std::size_t i = 0; i < chunk_.blocks.size(); ++i) {
      const LogBlock &a = decoded.blocks[i], &b = chunk_.blocks[i];
      ASSERT_EQ(std::tie(a.birth, a.address, a.size, a.tally),
                std::tie(b.birth, b.address, b.size, b.tally))
          << i;
    }
  }

  // Allocations and frees of all kinds, at addresses that are used again or are not.
  void fill_at_random(std::uint64_t seed, std::size_t events) {
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> live, addresses;
    for (std::size_t i = 0; i < events; ++i) {
      const Nanoseconds after(random() % 4 == 0 ? random() % 1'000'000 : random() % 100);
      if (live.empty() || random() % 2 == 0) {
        const std::uint64_t size = random() % 3 == 0 ? random() >> (16 + random() % 48) : 24;
        const std::uint64_t address = addresses.empty() || random() % 3 == 0
                                          ? (random() >> 16) & ~std::uint64_t{7}
                                          : addresses[random() % addresses.size()];
        addresses.push_back(address);
        live.push_back(allocate(address, size, after));
        continue;
      }
      const std::size_t which = random() % 2 == 0 ? live.size() - 1 : random() % live.size();
      const bool is_old = random() % 16 == 0;
      const std::uint64_t block = is_old ? random() % kFirstBlock : live[which];
      if (!is_old) live.erase(live.begin() + static_cast<std::ptrdiff_t>(which));
      end(block, static_cast<LogKind>(1 + random() % 3), after);
    }
  }

  bool decodes(BlobView blob, const LogExtent& extent) {
    LogChunk decoded;
    return codec_.decode(blob, extent, tallies_, decoded);
  }

  std::vector<TallyKey> tallies_;
  LogChunk chunk_;
  EventCodec codec_;
  Nanoseconds time_{5'000};

 private:
  void add(std::uint64_t block, LogKind kind) {
    chunk_.events.push_back({time_, block, kind});
    chunk_.extent.events = chunk_.events.size();
    chunk_.extent.blocks = chunk_.blocks.size();
    chunk_.extent.end = time_;
  }
};

TEST_F(EventCodecTest, KeepsEveryField) {
  const std::uint64_t first = allocate(0x55d0c0a12340, 100, Nanoseconds(7));
  allocate((std::uint64_t{1} << 48) - 1, (std::uint64_t{1} << 48) - 1, Nanoseconds(1'000'000'000));
  allocate(1, 0);
  end(first, LogKind::kFreedTemporary, Nanoseconds(3));
  end(0, LogKind::kFreed);
  end(kFirstBlock - 1, LogKind::kEnded);
  end(3, LogKind::kEnded);
  expect_round_trip();
}

TEST_F(EventCodecTest, KeepsRandomChunks) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    chunk_.events.clear();
    chunk_.blocks.clear();
    time_ = chunk_.extent.start;
    fill_at_random(seed, 3'000);
    expect_round_trip();
  }
}

// What an allocator hands out again is expected, and so is what a loop does.
TEST_F(EventCodecTest, ALoopTakesLittle) {
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t block = allocate(0x1000, 100, Nanoseconds(50));
    end(block, LogKind::kFreedTemporary, Nanoseconds(50));
  }
  expect_round_trip();
  EXPECT_LT(codec_.encode(chunk_).size(), 200u);
}

TEST_F(EventCodecTest, RefusesWhatTheExtentDoesNotSay) {
  fill_at_random(1, 100);
  const BlobView encoded = codec_.encode(chunk_);
  const std::vector<std::uint8_t> blob(encoded.begin(), encoded.end());
  ASSERT_TRUE(decodes(blob, chunk_.extent));
  const auto changed = [&](auto change) {
    LogExtent extent = chunk_.extent;
    change(extent);
    return decodes(blob, extent);
  };
  EXPECT_FALSE(changed([](LogExtent& e) { e.events = 0; }));
  EXPECT_FALSE(changed([](LogExtent& e) { ++e.events; }));
  EXPECT_FALSE(changed([](LogExtent& e) { --e.events; }));
  EXPECT_FALSE(changed([](LogExtent& e) { e.events = kMostEventsInChunk + 1; }));
  EXPECT_FALSE(changed([](LogExtent& e) { ++e.blocks; }));
  EXPECT_FALSE(changed([](LogExtent& e) { --e.blocks; }));
  EXPECT_FALSE(changed([](LogExtent& e) { ++e.end; }));
  EXPECT_FALSE(changed([](LogExtent& e) { --e.end; }));
  EXPECT_FALSE(changed([](LogExtent& e) { e.end = e.start - Nanoseconds{1}; }));
  // Frees of blocks from before would be of none.
  EXPECT_FALSE(changed([](LogExtent& e) { e.first_block = 0; }));
}

TEST_F(EventCodecTest, RefusesTalliesAndSizesThatAreNot) {
  allocate(0x1000, 100);
  const BlobView encoded = codec_.encode(chunk_);
  const std::vector<std::uint8_t> blob(encoded.begin(), encoded.end());
  ASSERT_TRUE(decodes(blob, chunk_.extent));
  const std::vector<TallyKey> all = tallies_;
  tallies_.resize(7);
  EXPECT_FALSE(decodes(blob, chunk_.extent));
  tallies_ = all;
  tallies_[7].size_class = SizeClass{6};
  EXPECT_FALSE(decodes(blob, chunk_.extent));
}

TEST_F(EventCodecTest, AnyBytesReadOrAreRefused) {
  fill_at_random(2, 400);
  const BlobView encoded = codec_.encode(chunk_);
  const std::vector<std::uint8_t> good(encoded.begin(), encoded.end());
  std::mt19937 random(3);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(decodes(BlobView(good).first(size), chunk_.extent)) << size;
  }
  for (int i = 0; i < kTries; ++i) {
    std::vector<std::uint8_t> bad = good;
    for (unsigned flips = 1 + random() % 3; flips > 0; --flips) {
      bad[random() % bad.size()] = static_cast<std::uint8_t>(random());
    }
    decodes(bad, chunk_.extent);
  }
}

// The columns of a blob, and a blob of columns.
std::vector<std::vector<std::uint8_t>> unpacked(BlobView blob) {
  std::vector<std::vector<std::uint8_t>> columns;
  while (!blob.empty()) {
    const std::size_t packed = ZSTD_findFrameCompressedSize(blob.data(), blob.size());
    auto& column = columns.emplace_back(ZSTD_getFrameContentSize(blob.data(), blob.size()));
    EXPECT_EQ(ZSTD_decompress(column.data(), column.size(), blob.data(), packed), column.size());
    blob = blob.subspan(packed);
  }
  return columns;
}
std::vector<std::uint8_t> packed(ZstdContexts& contexts,
                                 const std::vector<std::vector<std::uint8_t>>& columns) {
  std::vector<std::uint8_t> blob;
  for (const auto& column : columns) {
    const std::size_t before = blob.size();
    blob.resize(before + ZSTD_compressBound(column.size()));
    blob.resize(before + ZSTD_compressCCtx(contexts.compress(), blob.data() + before,
                                           blob.size() - before, column.data(), column.size(), 1));
  }
  return blob;
}

// Behind zstd, where only our own checks are.
TEST_F(EventCodecTest, AnyNumbersReadOrAreRefused) {
  fill_at_random(4, 400);
  const auto good = unpacked(codec_.encode(chunk_));
  ASSERT_EQ(good.size(), 7u);
  ZstdContexts contexts;
  ASSERT_TRUE(decodes(packed(contexts, good), chunk_.extent));
  std::mt19937 random(5);
  int read = 0;
  for (int i = 0; i < kTries; ++i) {
    auto bad = good;
    auto& column = bad[random() % bad.size()];
    for (unsigned changes = 1 + random() % 3; changes > 0; --changes) {
      column[random() % column.size()] = static_cast<std::uint8_t>(random());
    }
    if (random() % 8 == 0) column.resize(random() % column.size());
    LogChunk decoded;
    if (!codec_.decode(packed(contexts, bad), chunk_.extent, tallies_, decoded)) continue;
    ++read;
    for (const LogEvent& event : decoded.events) {
      ASSERT_LT(event.block, kFirstBlock + decoded.blocks.size());
    }
    for (const LogBlock& block : decoded.blocks) {
      ASSERT_LT(index_of(block.tally), tallies_.size());
    }
  }
  EXPECT_GT(read, kTries / 200);
}

}  // namespace
}  // namespace heaptally
