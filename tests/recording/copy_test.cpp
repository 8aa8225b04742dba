// Copies of a recording that goes on: each is complete, with an ending of its own.
#include "core/base/error.h"
#include "tests/recording/recording_fixture.h"

namespace heaptally::test {
namespace {

class Copies : public RecordingTest {};

RecordingEnding ending_of(const RecordingData& data) {
  RecordingEnding ending;
  ending.header = data.header;
  ending.processes = data.processes;
  ending.totals = data.totals;
  ending.survivors = *data.survivors;
  return ending;
}

TEST_F(Copies, AreWhatTheRecordingWouldBeHadItEnded) {
  const RecordingData data = sample_data();
  RecordingWriter writer(path("going-on"), false);
  write_unfinished_sample(writer);
  writer.copy_to(path("copy"), ending_of(data));
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    EXPECT_FALSE(std::filesystem::exists(path(std::string("copy") + suffix)));
  }
  RecordingReader copy(path("copy"));
  expect_same(copy.data(), data);
  expect_same(buckets_of(copy), sample_buckets());

  // The recording knows nothing of it, and goes on.
  EXPECT_FALSE(RecordingReader(path("going-on")).data().header.complete);
  writer.add(std::span<const TallyTotals>(data.totals));
  writer.add(std::span<const Survivors>(*data.survivors));
  writer.finish();
  expect_same(RecordingReader(path("going-on")).data(), data);
}

// The current bucket belongs to the copy alone: in a row of its own, or in the last one's.
TEST_F(Copies, HoldTheBucketThatIsNotOverYet) {
  RecordingWriter writer(path("going-on"), false);
  write_unfinished_sample(writer);
  RecordingEnding ending = ending_of(sample_data());
  const Bucket last = sample_buckets().back();
  const TallyDelta delta = {TallyId{2}, {0, 7}, {0, 0}, {0, 0}};
  ending.bucket = {last.start, last.width, 5, {delta}};
  writer.copy_to(path("within"), ending);
  std::vector<Bucket> expected = sample_buckets();
  expected.back().deltas.push_back(delta);
  RecordingReader within(path("within"));
  expect_same(buckets_of(within), expected);

  ending.bucket.start = last.start + last.width;
  // What was allocated there belongs to its row.
  ending.survivors.push_back({ending.bucket.start, {{TallyId{2}, {0, 7}}}});
  writer.copy_to(path("behind"), ending);
  expected = sample_buckets();
  expected.push_back(ending.bucket);
  RecordingReader behind(path("behind"));
  expect_same(buckets_of(behind), expected);
  EXPECT_EQ(behind.data().survivors->back().start, ending.bucket.start);

  RecordingReader reader(path("going-on"));
  expect_same(buckets_of(reader), sample_buckets());
}

TEST_F(Copies, AreNotWrittenOverAnything) {
  RecordingWriter writer(path("going-on"), false);
  write_unfinished_sample(writer);
  write_bytes(path("there"), "precious");
  EXPECT_THROW(writer.copy_to(path("there"), ending_of(sample_data())), Error);
  EXPECT_EQ(read_bytes(path("there")), "precious");
  EXPECT_THROW(writer.copy_to(path("no/folder"), ending_of(sample_data())), Error);
  writer.finish();
}

}  // namespace
}  // namespace heaptally::test
