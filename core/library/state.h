// What the objects of include/heaptally/profile.h hold on to.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/profile/difference.h"
#include "core/report/source_lines.h"
#include "heaptally/profile.h"

namespace heaptally::profile {

// A recording with all that questions to it need. Threads: one at a time.
struct State {
  State(const std::filesystem::path& path, const heaptally::SiteRules& rules)
      : reader(std::make_unique<RecordingReader>(path)),
        buckets([this](const BucketVisitor& visit) { reader->for_each_bucket(visit); }),
        profile(reader->data(), rules) {
    if (!reader->data().header.has_log) return;
    events = {[this](Nanoseconds from, const ChunkVisitor& visit) {
                reader->for_each_chunk(from, visit);
              },
              [this](std::span<const std::uint64_t> blocks, const BlockVisitor& visit) {
                reader->for_each_block(blocks, visit);
              }};
  }
  // Of a recording in memory, which must outlive this: for tests.
  State(const RecordingData& data, BucketSource timeline, const heaptally::SiteRules& rules)
      : buckets(std::move(timeline)), profile(data, rules) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::unique_ptr<RecordingReader> reader;
  BucketSource buckets;
  EventSource events;  // null without a log
  heaptally::Profile profile;
  mutable SourceLines source;  // what was read of source files so far
};

struct SnapshotState {
  std::shared_ptr<const State> state;
  heaptally::Snapshot snapshot;
  bool has_all_domains = false;  // else the heap alone counts
};

struct Rows {
  std::shared_ptr<const State> state;
  Group group;
  std::vector<heaptally::Statistic> rows;
};

struct DifferenceRows {
  std::shared_ptr<const State> before, after;
  Group group;
  std::vector<heaptally::StatisticDifference> rows;
};

// The way to what is private in the public classes.
struct Access {
  static Recording recording(std::shared_ptr<State> state) { return Recording(std::move(state)); }

  static Snapshot snapshot(std::shared_ptr<const State> state, heaptally::Snapshot snapshot,
                           bool has_all_domains = false) {
    Snapshot result;
    result.state_ = std::make_shared<const SnapshotState>(
        SnapshotState{std::move(state), std::move(snapshot), has_all_domains});
    return result;
  }

  static std::vector<Statistic> statistics(Rows rows);
  static std::vector<StatisticDifference> differences(DifferenceRows rows);

  // The frames that a key stands for.
  static Traceback traceback(std::shared_ptr<const State> state, Group group, const Key& key);
};

// What `ask` returns; its errors become those that users know.
template <class Ask>
auto answered(Ask ask) {
  try {
    return ask();
  } catch (const heaptally::Error& error) {
    throw Error(error.what(), error.code() == ExitCode::kUsage);
  }
}

}  // namespace heaptally::profile
