// Collector: records one program from its start to its end.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/collect/event_tally.h"
#include "core/recording/model.h"

namespace heaptally {

struct RecordOptions {
  std::vector<std::string> command;  // program and arguments
  std::filesystem::path output;      // empty: PROGRAM.PID.heaptally in the working directory
  bool overwrite = false;            // replace an existing file
  bool drop_when_full = false;       // never make the program wait for a full ring
  bool log = false;                  // the full event log, too
  int mark_signal = 0;               // one that sets a mark and is not passed on; 0: none does
  bool starts_stopped = false;       // record nothing until the program calls heaptally_start
  bool marks_exit = false;           // set a mark when a process begins to exit
  Nanoseconds snapshot_every{0};     // set a mark each time that this has passed; 0: none
  bool follow = true;                // record the processes it starts, too
  bool verify_stacks = false;        // compare every stack with libunwind's own (slow)
  bool monotonic_clock = false;      // stamp events as where the counter cannot be trusted
  std::string preload;               // path of the shim
  // Called while the last symbols are resolved, after the program has ended.
  std::function<void(std::size_t done, std::size_t all)> progress;
  // Called once if the program has ended but processes that it started run on, with their PIDs.
  // The recording goes on until they have ended too, or a signal to stop ends it.
  std::function<void(const std::vector<std::int32_t>& running)> on_background;
};

struct RecordResult {
  std::filesystem::path path;         // of the recording
  int exit_status = 0;                // of the program, as a shell reports it
  std::string failure;                // why the recording is not whole; empty if it is
  bool was_recorded = true;           // false: the program ran, but the shim never reported
  std::string not_recorded;           // then: why, if that is known
  std::uint64_t processes = 0;        // that began, recorded or not
  std::uint64_t verified_stacks = 0;  // with verify_stacks
  std::uint64_t wrong_stacks = 0;
  std::vector<StackDifference> differences;  // the first of them
  Header header;
};

// Runs the program to its end and records it. Errors: Error if the recording cannot be made or
// the program not be started. Later ones do not end the program: see RecordResult::failure.
RecordResult record(const RecordOptions& options);

}  // namespace heaptally
