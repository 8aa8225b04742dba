// Any bytes either read or give an Error: never a crash, a hang, or a huge allocation.
#include <fstream>
#include <random>

#include "tests/recording/recording_fixture.h"
#include "tests/sanitizer.h"

namespace heaptally::test {

namespace {

// Of each version of the format, and as one is written now.
class Corruption : public RecordingTest, public ::testing::WithParamInterface<const char*> {
 protected:
  Corruption() {
    std::filesystem::path good = HEAPTALLY_GOLDEN_DIR "/" + std::string(GetParam());
    if (std::string_view(GetParam()) == "now") {
      good = path("now");
      RecordingWriter writer(good, false);
      write_sample(writer);
    }
    good_ = read_bytes(good);
  }

  // Reads it in full; whether it opened.
  bool reads(const std::string& bytes) {
    overwrite(path("a"), bytes);
    const std::string message = error_of_opening(path("a"));
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message.empty();
  }

  // In place: to cut a file to nothing and write it anew makes some file systems wait
  // for the disk, thousands of times.
  static void overwrite(const std::filesystem::path& path, const std::string& bytes) {
    if (!std::filesystem::exists(path)) write_bytes(path, "");
    std::fstream(path, std::ios::in | std::ios::out | std::ios::binary) << bytes;
    if (std::filesystem::file_size(path) != bytes.size()) {
      std::filesystem::resize_file(path, bytes.size());
    }
  }

  std::string good_;
  std::mt19937 random_{4};
};

TEST_P(Corruption, ATruncatedFileIsRefused) {
  ASSERT_TRUE(reads(good_));
  for (std::size_t size = 0; size < good_.size(); size += 61) {
    EXPECT_FALSE(reads(good_.substr(0, size))) << size;
  }
}

TEST_P(Corruption, AnyByteMayBeWrong) {
  // All of the bytes that say how a page is laid out, and a choice of the others. Under a
  // sanitizer, where each look takes five times as long, a third of them, and another third of the
  // next version.
  constexpr std::size_t kPage = 4096;
  constexpr std::size_t kShare = kHasAddressSanitizer ? 3 : 1;
  std::size_t turn = static_cast<std::size_t>(GetParam()[1]);
  for (std::size_t at = 0; at < good_.size(); at += at % kPage < 120 ? 1 : 23) {
    if (turn++ % kShare != 0) continue;
    if (good_[at] == 0 && at % kPage >= 120 && random_() % 8 != 0) continue;
    std::string bad = good_;
    bad[at] = static_cast<char>(bad[at] ^ (1 + random_() % 255));
    reads(bad);
    bad[at] = static_cast<char>(random_() % 2 == 0 ? 0xFF : 0);
    reads(bad);
  }
}

TEST_P(Corruption, PagesMayBeSwapped) {
  constexpr std::size_t kPage = 4096;
  const std::size_t pages = good_.size() / kPage;
  for (std::size_t from = 0; from < pages; ++from) {
    for (std::size_t to = 1; to < pages; ++to) {
      if (from == to) continue;
      std::string bad = good_;
      bad.replace(to * kPage, kPage, good_, from * kPage, kPage);
      reads(bad);
    }
  }
}

TEST_P(Corruption, ManyBytesMayBeWrong) {
  for (int variant = 0; variant < 1'000; ++variant) {
    std::string bad = good_;
    for (unsigned flips = random_() % 30; flips > 0; --flips) {
      const std::size_t at = 100 + random_() % (bad.size() - 100);
      bad[at] = static_cast<char>(random_());
    }
    reads(bad);
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, Corruption,
                         ::testing::Values("v1.heaptally", "v2.heaptally", "v3.heaptally",
                                           "v4.heaptally", "now"),
                         [](const auto& test) { return std::string(test.param, 2); });

TEST_P(Corruption, AWalMayBeWrongToo) {
  std::string wal;
  std::string file;
  {
    RecordingWriter writer(path("live"), false);
    write_unfinished_sample(writer);
    wal = read_bytes(path("live-wal"));
    file = read_bytes(path("live"));
  }
  ASSERT_GT(wal.size(), 10'000u);
  for (std::size_t at = 0; at < wal.size(); at += 401) {
    std::string bad = wal;
    bad[at] = static_cast<char>(bad[at] ^ (1 + random_() % 255));
    if (at % 2 == 0) bad.resize(at);
    write_bytes(path("a-wal"), bad);
    reads(file);
  }
}

}  // namespace

}  // namespace heaptally::test
