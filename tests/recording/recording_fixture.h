// What the tests of core/recording share: a folder of one's own, and a recording in
// which every field has a value of its own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/recording/model.h"
#include "core/recording/reader.h"
#include "core/recording/writer.h"

namespace heaptally::test {

// A new folder, gone at the end of the test.
class RecordingTest : public ::testing::Test {
 protected:
  RecordingTest();
  ~RecordingTest() override;

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }

 private:
  std::filesystem::path folder_;
};

// All that the sample recording holds, in the terms of the reader.
RecordingData sample_data();
std::vector<Bucket> sample_buckets();
std::vector<Crossing> sample_crossings();
std::vector<RawEvent> sample_events();

// The sample as the reader gives it from files of earlier versions.
RecordingData sample_data_version_1();
RecordingData sample_data_version_2();
RecordingData sample_data_version_3();
// What the table of domains has of the heap.
Domain heap_of(const Header& header);
// The peaks of its processes as its timeline shows them.
void set_timeline_peaks(RecordingData& data);

// Writes the two above, in the order in which a collector would.
void write_sample(RecordingWriter& writer);

// Everything but the totals, unfinished: what is in a file when its collector dies.
void write_unfinished_sample(RecordingWriter& writer);

std::vector<Bucket> buckets_of(RecordingReader& reader);
std::vector<Crossing> crossings_of(RecordingReader& reader);
std::vector<LogChunk> log_of(RecordingReader& reader);

// EXPECTs each value of the two to be the same.
void expect_same(const RecordingData& actual, const RecordingData& expected);
void expect_same(const std::vector<LogChunk>& actual, const std::vector<LogChunk>& expected);
void expect_same(const std::vector<Bucket>& actual, const std::vector<Bucket>& expected);
void expect_same(const std::vector<Crossing>& actual, const std::vector<Crossing>& expected);

// The message of the Error that opening `path` gives; "" if it gives none.
std::string error_of_opening(const std::filesystem::path& path);

std::string read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, const std::string& bytes);

}  // namespace heaptally::test
