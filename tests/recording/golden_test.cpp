// A file that an earlier build wrote must read as it did then. After a change of the
// format, add one: HEAPTALLY_WRITE_GOLDEN=tests/recording/golden/vN.heaptally runs
// Golden.Write, which writes the sample recording there.
#include <cstdlib>

#include "tests/recording/recording_fixture.h"

namespace heaptally::test {

namespace {

using Golden = RecordingTest;

TEST_F(Golden, Write) {
  const char* const where = std::getenv("HEAPTALLY_WRITE_GOLDEN");
  if (where == nullptr) GTEST_SKIP() << "HEAPTALLY_WRITE_GOLDEN is not set";
  RecordingWriter writer(where, true);
  write_sample(writer);
}

TEST_F(Golden, Version1ReadsAsItWasWritten) {
  const std::filesystem::path golden = HEAPTALLY_GOLDEN_DIR "/v1.heaptally";
  const std::string before = read_bytes(golden);
  RecordingReader reader(golden);
  expect_same(reader.data(), sample_data());
  expect_same(buckets_of(reader), sample_buckets());
  EXPECT_EQ(read_bytes(golden), before) << "reading changed it";
}

TEST_F(Golden, Version1IsWhatIsWrittenNow) {
  RecordingWriter writer(path("now"), false);
  write_sample(writer);
  RecordingReader now(path("now"));
  RecordingReader then(HEAPTALLY_GOLDEN_DIR "/v1.heaptally");
  expect_same(now.data(), then.data());
  expect_same(buckets_of(now), buckets_of(then));
}

}  // namespace

}  // namespace heaptally::test
