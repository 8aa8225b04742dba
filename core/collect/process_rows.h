// ProcessRows: the rows of processes by PID and time, for PIDs are used again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/collect/process_table.h"
#include "core/collect/tick_clock.h"

namespace heaptally {

// The base name of what a command line runs.
std::string program_of(const std::string& command);

// Purpose: begins, ends and completes rows of the process table. Stamps are the clock's ticks.
// Threads: one at a time.
class ProcessRows {
 public:
  ProcessRows(const TickClock& clock, ProcessTable& table) : clock_(clock), table_(table) {}

  ProcessId begin(Process row, std::uint64_t stamp);
  void end(ProcessId id, std::uint64_t stamp);
  // The row itself, if it is not one that several share.
  std::optional<ProcessId> individual(ProcessId id) const;
  // The last one that a PID had.
  std::optional<ProcessId> latest(std::int32_t pid) const;
  // What the process that had a PID at a moment ended with, as wait() gives it.
  void set_status(std::int32_t pid, std::uint64_t stamp, int wait_status);

  ProcessTable& table() { return table_; }
  const ProcessTable& table() const { return table_; }

 private:
  // The rows that a PID has had, with the stamps of their beginnings.
  using History = std::vector<std::pair<std::uint64_t, ProcessId>>;

  const TickClock& clock_;
  ProcessTable& table_;
  std::unordered_map<std::int32_t, History> history_;  // of individual rows
};

}  // namespace heaptally
