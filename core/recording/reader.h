// RecordingReader: a .heaptally file, read.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/recording/event_log.h"
#include "core/recording/model.h"

namespace heaptally {

// Everything of a recording but its timeline. Vectors of things with ids are
// dense: element i has id i. All references between them have been checked.
struct RecordingData {
  Header header;
  std::vector<Domain> domains;  // the heap at least; before version 4 it was the only one
  std::vector<Process> processes;
  std::vector<Task> tasks;
  std::vector<Module> modules;
  std::vector<Frame> frames;
  std::vector<std::vector<Location>> locations;  // by frame; empty if not resolved
  std::vector<Trace> traces;
  std::vector<TallyKey> tallies;
  std::vector<TallyTotals> totals;  // by tally; if the recording is incomplete, summed
                                    // from the timeline with both peaks from its bucket edges
  std::vector<Sample> samples;
  std::vector<Mark> marks;  // in order of time
  // What was never freed, by the row of the timeline that it was allocated in; in order of time.
  // Not known (which is not the same as nothing) before version 3, of an unfinished recording, and
  // of an imported one.
  std::optional<std::vector<Survivors>> survivors;
  // Whether it is known what crossed marks: not before version 4.
  bool knows_crossings = true;
  bool exact_process_peaks = true;  // false if those of processes are from bucket edges too
};

// Told now and then how much of the tables has been read, from 0 to 1, roughly. False: give up.
using ReadProgress = std::function<bool(double share)>;

// Purpose: opens a recording read-only and defensively: a file is untrusted input. One
//   that is still being written, or whose collector was killed, is read as it was at
//   the last flush (and never delays its writer); its header is not `complete`, and the
//   header's amounts, frees and moment of the peak are worked out like `totals`, those of
//   processes as far as the timeline shows them. Of version 1, which knew one process, what
//   later versions store of each image is worked out too.
// Threads: one at a time. Errors: Error from every call, naming the file and the
// problem: missing, not a recording, of a newer version, truncated or damaged.
class RecordingReader {
 public:
  // Of a caller that gives up the constructor throws an Error too.
  explicit RecordingReader(const std::filesystem::path& path, const ReadProgress& progress = {});
  ~RecordingReader();
  RecordingReader(const RecordingReader&) = delete;
  RecordingReader& operator=(const RecordingReader&) = delete;

  const RecordingData& data() const;

  // Calls `visit` with each bucket in order of time while it returns true.
  void for_each_bucket(const std::function<bool(const Bucket&)>& visit);
  // The same of those that end after the moment, and perhaps of some before them.
  void for_each_bucket_after(Nanoseconds moment, const std::function<bool(const Bucket&)>& visit);
  // Whether those are less to read than the buckets before.
  bool is_late(Nanoseconds moment);
  // Likewise with what crossed marks, in order of the stretches in which it was freed.
  void for_each_crossing(const std::function<bool(const Crossing&)>& visit);

  // The event log, which is empty unless header.has_log. The chunks that end at `from` or later, in
  // order, while `visit` returns true.
  void for_each_chunk(Nanoseconds from, const ChunkVisitor& visit);
  // The blocks with these numbers, which ascend.
  void for_each_block(std::span<const std::uint64_t> blocks, const BlockVisitor& visit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heaptally
