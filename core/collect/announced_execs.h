// AnnouncedExecs: the programs that recorded processes said they execute, and that will not be
// recorded.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/collect/process_rows.h"

namespace heaptally {

// Purpose: gives each such program a row, unless its exec turns out to have failed. A process
//   says so at once if it did: what has not been heard of for a while has happened, and so has
//   what comes from a process that has ended since. Threads: one at a time.
class AnnouncedExecs {
 public:
  struct Exec {
    std::int32_t parent = 0;
    std::string path;
    std::string reason;  // why it will not be recorded
    std::uint64_t stamp = 0;
    std::optional<ProcessId> previous;  // the image that it takes the place of
  };

  explicit AnnouncedExecs(ProcessRows& rows) : rows_(rows) {}

  void announce(std::int32_t pid, Exec exec);
  // It goes on as before.
  void failed(std::int32_t pid);
  void ended(std::int32_t pid, std::uint64_t stamp);
  void set_status(std::int32_t pid, int wait_status);
  // The process executes yet another program, which is recorded: this one's row, if it has one.
  std::optional<ProcessId> replaced(std::int32_t pid, std::uint64_t stamp);

  // All events before `drained_until` were applied; what was announced before `certain_before`
  // has happened. Calls `begins(pid, stamp)` for what is now known to have begun.
  using Begins = std::function<void(std::int32_t pid, std::uint64_t stamp)>;
  void settle(std::uint64_t drained_until, std::uint64_t certain_before, const Begins& begins);

  bool has(std::int32_t pid) const { return execs_.contains(pid); }
  bool is_empty() const { return execs_.empty(); }
  // Those that have not ended.
  std::vector<std::int32_t> running() const;
  std::uint64_t count() const { return count_; }

 private:
  struct Entry {
    Exec exec;
    std::optional<ProcessId> row;  // once it is known to have begun
    std::optional<std::uint64_t> end_stamp;
    std::optional<int> status;
  };
  void begin(std::int32_t pid, Entry& entry);
  void end(std::int32_t pid, const Entry& entry);

  ProcessRows& rows_;
  std::map<std::int32_t, Entry> execs_;  // by PID
  std::uint64_t count_ = 0;
};

}  // namespace heaptally
