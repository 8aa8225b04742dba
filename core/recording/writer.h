// RecordingWriter: makes a .heaptally file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "core/recording/event_log.h"
#include "core/recording/model.h"

namespace heaptally {

// Purpose: appends a recording to its SQLite file, so that what was flushed
//   survives the death of the collector.
// Owner and threads: one thread at a time.
// Invariants: ids are dense and each is added once, parents before children; a
//   process image's previous one, a frame's module, a trace's frame, a task's process and domain
//   and a tally's trace and task exist before it. What breaks them is refused with an Error.
// From the start there are the root trace (adding it is allowed and does nothing), module 0 and
//   domain 0, the heap (both of which may be put again), and an empty Header.
// Errors: every call may throw Error (disk full, no permission).
class RecordingWriter {
 public:
  // Creates `path`. An existing file is refused with an Error that names --force,
  // unless `overwrite`; then it is replaced (only if it is a regular file).
  RecordingWriter(const std::filesystem::path& path, bool overwrite);
  ~RecordingWriter();
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  void put(const Header& header);    // replaces the one before; `complete` is finish()'s to set
  void put(const Domain& domain);    // replaces the one with the same id
  void put(const Process& process);  // replaces the one with the same id
  void put(const Task& task);        // replaces the one with the same id
  void put(const Module& module);    // replaces the one with the same id
  void add(std::span<const Frame> frames);
  void add(std::span<const Trace> traces);
  void add(std::span<const TallyKey> keys);
  void add(std::span<const Sample> samples);
  // In order of time, each before the buckets that come after it: no bucket, and none that they are
  // merged to, reaches across it. Each stays a row's edge for good, so they are to be few.
  void add(std::span<const Mark> marks);
  void add(const FrameLocations& locations);  // replaces those of the same frame
  // Appends a bucket: it lies after the one before, or within it (which then sums the
  // two), and starts at a multiple of its width. All have one width, but the last, and those
  // that begin or end at a mark, may be shorter. Beyond about 4,000 buckets neighbours are merged
  // and the width in the file doubles, a few with each call, so that no call takes long; the
  // caller's width stays as it is.
  void add(const Bucket& bucket);
  // The totals of the whole run, one of each tally, ascending; once, at the end.
  void add(std::span<const TallyTotals> totals);

  // In order of the stretches in which the blocks were freed, and for each of those in which they
  // were allocated; those of process images that ended come last. Each of a mark that was added, or
  // of the start.
  void add(std::span<const Crossing> crossings);

  // The blocks that were never freed, by the bucket they were allocated in: starts as those buckets
  // were added, ascending. Once, at the end: no bucket may follow. They are stored for the rows
  // that the buckets have become.
  void add(std::span<const Survivors> survivors);

  // Appends to the event log, in order of time. Blocks are live from their allocation to their free
  // or the end of their image, and no two of one image at the same address.
  void add(std::span<const RawEvent> events);

  // Makes everything so far durable against the death of this process, and visible to
  // readers. What was added after the last flush goes with the process or the writer.
  void flush();
  // Flushes, and makes a recording of its own of all so far at `path`, nothing or an empty file,
  // that ends as told: complete, one file. This one goes on. What lies at `path` after an Error is
  // for the caller to remove.
  void copy_to(const std::filesystem::path& path, const RecordingEnding& ending);
  // Sets Header::complete, flushes, and leaves one file without side files. Nothing may
  // follow. Without it the file stays readable, and incomplete.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heaptally
