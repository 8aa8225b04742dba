// RecordingOutput: the file that a recording goes to, for as long as it can be written.
#pragma once

#include <exception>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/collect/recording_store.h"
#include "core/collect/replaced_file.h"

namespace heaptally {

// Purpose: writes batches until one cannot be written, and keeps why. The program is not to suffer
//   from that: its rings are drained to the end all the same.
// Owner: the collector. Threads: one at a time.
// Errors: Error from the constructor if there can be no such file.
class RecordingOutput {
 public:
  RecordingOutput(std::filesystem::path path, bool may_replace);

  const std::filesystem::path& path() const { return path_; }
  // The program has started: what the file replaces is gone.
  void stand() { replaced_.let_go(); }
  // The program did not start: there is no recording.
  void remove();

  // What makes a batch may fail too. It is not called once nothing is written any more.
  using MakeBatch = std::function<Batch()>;
  void put(const MakeBatch& make);
  std::vector<CopyDone> take_copied() { return store_.take_copied(); }
  // With the last batch the recording is whole.
  void finish(const MakeBatch& make_last, const RecordingStore::Progress& progress);

  // Nothing is written any more.
  void fail(const std::exception& error);
  bool has_failed() const { return !failure_.empty(); }
  // In words for the user; empty: it has not failed.
  const std::string& failure() const { return failure_; }

 private:
  void require_file();

  std::filesystem::path path_;
  ReplacedFile replaced_;
  RecordingStore store_;
  std::string failure_;
};

}  // namespace heaptally
