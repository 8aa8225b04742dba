// ProcessTable: the processes of the recording, at most 4,096 of them one by one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/recording/model.h"

namespace heaptally {

// Purpose: gives each process image a row. Beyond kMaxIndividual, those of one program share a
//   row; beyond kMaxFolded programs, all others do. Threads: one at a time.
class ProcessTable {
 public:
  static constexpr std::size_t kMaxIndividual = 4096;
  static constexpr std::size_t kMaxFolded = 256;
  // The program of all others.
  static constexpr char kOtherPrograms[] = "(other programs)";

  // The row of a process that begins: `process` with its id, or one that it is folded into.
  ProcessId begin(Process process, const std::string& program);
  // The row for what several processes of a program have in common.
  ProcessId folded(const std::string& program);

  // Whether a row stands for one process image alone.
  bool is_individual(ProcessId id) const { return rows_[index_of(id)].pid != 0; }
  const Process& row(ProcessId id) const { return rows_[index_of(id)]; }
  // To change it.
  Process& change(ProcessId id);

  // How many images began, and in how many processes.
  std::uint64_t images() const { return images_; }
  std::uint64_t processes() const { return processes_; }
  // Rows that were added or changed since the last call.
  std::vector<Process> take_changed();

 private:
  ProcessId add(Process process);

  std::vector<Process> rows_;
  std::vector<bool> is_changed_;
  std::map<std::string, ProcessId> folded_;  // by program
  std::uint64_t images_ = 0;
  std::uint64_t processes_ = 0;
};

}  // namespace heaptally
