// A file that an earlier build wrote must read as it did then. After a change of the
// format, add one: HEAPTALLY_WRITE_GOLDEN=tests/recording/golden/vN.heaptally runs
// Golden.Write, which writes the sample recording there.
#include <cstdlib>

#include "core/recording/delta_codec.h"
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

void expect_reads(const std::filesystem::path& golden, const RecordingData& expected) {
  const std::string before = read_bytes(golden);
  RecordingReader reader(golden);
  expect_same(reader.data(), expected);
  expect_same(buckets_of(reader), sample_buckets());
  EXPECT_EQ(read_bytes(golden), before) << "reading changed it";
}

TEST_F(Golden, Version1ReadsAsItWasWritten) {
  expect_reads(HEAPTALLY_GOLDEN_DIR "/v1.heaptally", sample_data_version_1());
}

TEST_F(Golden, Version2ReadsAsItWasWritten) {
  expect_reads(HEAPTALLY_GOLDEN_DIR "/v2.heaptally", sample_data_version_2());
}

TEST_F(Golden, Version3ReadsAsItWasWritten) {
  expect_reads(HEAPTALLY_GOLDEN_DIR "/v3.heaptally", sample_data_version_3());
}

TEST_F(Golden, Version4ReadsAsItWasWritten) {
  expect_reads(HEAPTALLY_GOLDEN_DIR "/v4.heaptally", sample_data());
}

TEST_F(Golden, Version4IsWhatIsWrittenNow) {
  RecordingWriter writer(path("now"), false);
  write_sample(writer);
  RecordingReader now(path("now"));
  RecordingReader then(HEAPTALLY_GOLDEN_DIR "/v4.heaptally");
  expect_same(now.data(), then.data());
  expect_same(buckets_of(now), buckets_of(then));
  expect_same(crossings_of(now), crossings_of(then));
  expect_same(log_of(now), log_of(then));
}

// The worked example of docs/recording.md is the second row of the golden file.
TEST_F(Golden, HasTheDocumentedBytes) {
  const std::vector<std::uint8_t> blob = {
      0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x18, 0xC1, 0x00, 0x00,              // zstd's
      0x03, 0x00, 0x00, 0x00, 0xA0, 0x1F, 0xF4, 0x03, 0x00, 0x28, 0x05,  // ours
      0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01};
  const std::string file = read_bytes(HEAPTALLY_GOLDEN_DIR "/v4.heaptally");
  EXPECT_NE(file.find(std::string(blob.begin(), blob.end())), std::string::npos);

  DeltaCodec codec;
  Bucket bucket = sample_buckets()[1];
  ASSERT_TRUE(codec.decode(blob, 3, bucket.deltas));
  expect_same({bucket}, {sample_buckets()[1]});
}

// ... and the one of the event log is what is written of the sample's.
TEST_F(Golden, HasTheDocumentedLog) {
  const std::vector<std::uint8_t> blob = {
      0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x02, 0x11, 0x00, 0x00,  // kinds
      0x20, 0xC4,                                            //
      0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x12, 0x91, 0x00, 0x00,  // times
      0x00, 0xE8, 0x07, 0xA8, 0x46, 0xE8, 0x07, 0xA8, 0xB7,
      0x05, 0xF0, 0x93, 0x09, 0xE8, 0x07, 0xE8, 0xFE, 0x02,  //
      0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x05, 0x29, 0x00, 0x00,  // tallies
      0x02, 0x02, 0x01, 0x04, 0x02,                          //
      0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x05, 0x29, 0x00, 0x00,  // sizes
      0x19, 0x00, 0x12, 0x01, 0x19,                          //
      0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x05, 0x29, 0x00, 0x00,  // addresses
      0x22, 0x01, 0x00, 0x22, 0x00,                          //
      0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x08, 0x41, 0x00, 0x00,  // far ones
      0xD0, 0x91, 0xA1, 0x81, 0xC3, 0xAE, 0x05, 0x0E,        //
      0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x03, 0x19, 0x00, 0x00,  // ends
      0x02, 0x01, 0x06};
  RecordingWriter writer(path("now"), false);
  write_sample(writer);
  const std::string file = read_bytes(path("now"));
  EXPECT_NE(file.find(std::string(blob.begin(), blob.end())), std::string::npos);
}

}  // namespace

}  // namespace heaptally::test
