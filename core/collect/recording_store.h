// RecordingStore: writes the recording in a thread of its own, so that draining the rings
// never waits for the disk, for compression or for symbols.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/recording/event_log.h"
#include "core/recording/model.h"
#include "core/symbols/symbolizer.h"

namespace heaptally {

// A copy of the recording as of now, to be written to an open file.
struct CopyOrder {
  int file = -1;             // closed when it is done
  std::uint64_t ticket = 0;  // the caller's own
  RecordingEnding ending;
};
struct CopyDone {
  std::uint64_t ticket = 0;
  int problem = 0;  // an errno; 0: it is written
};

// What came in since the last batch. Things refer only to what is in this batch or earlier.
struct Batch {
  Header header;
  std::vector<Domain> domains;  // all of them
  std::vector<Process> processes;
  std::vector<Task> tasks;
  std::vector<Module> modules;
  std::vector<ModuleSource> sources;  // of modules, in the same order
  std::vector<Frame> frames;
  std::vector<Trace> traces;
  std::vector<TallyKey> keys;
  std::vector<Mark> marks;
  std::vector<Crossing> crossings;
  std::vector<Bucket> buckets;
  std::vector<Sample> samples;
  std::vector<RawEvent> events;
  std::vector<TallyTotals> totals;   // in the last batch only
  std::vector<Survivors> survivors;  // likewise
  std::vector<CopyOrder> copies;     // of all up to this batch
};

// Purpose: takes batches from the collector's thread; writes, flushes, and resolves symbols
//   little by little meanwhile, the rest at the end.
// Errors: what goes wrong while writing is thrown by the next put() or finish().
class RecordingStore {
 public:
  // Called while the last symbols are resolved: how many of how many frames.
  using Progress = std::function<void(std::size_t done, std::size_t all)>;

  RecordingStore(const std::filesystem::path& path, bool overwrite);
  ~RecordingStore();
  RecordingStore(const RecordingStore&) = delete;
  RecordingStore& operator=(const RecordingStore&) = delete;

  // Waits while too many events of the log are still to be written: losing them would be worse.
  void put(Batch batch);
  // The orders in batches that were carried out, since the last call.
  std::vector<CopyDone> take_copied();
  // Writes everything, resolves all symbols, and leaves one file.
  void finish(Batch last, const Progress& progress);

 private:
  class Impl;

  void run();
  void write(Batch& batch);
  void write_queue();
  bool is_idle();
  void throw_if_failed();

  std::unique_ptr<Impl> impl_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable room_;
  std::deque<Batch> queue_;        // guarded by mutex_
  std::size_t queued_events_ = 0;  // guarded by mutex_; those that are being written too
  bool stop_ = false;              // guarded by mutex_
  std::exception_ptr failure_;     // guarded by mutex_
  std::vector<CopyDone> done_;     // guarded by mutex_
  std::thread thread_;
};

}  // namespace heaptally
