// TaskTable: the threads of the recording, at most 256 of them one by one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/recording/model.h"

namespace heaptally {

// Purpose: gives each thread a task. Beyond kMaxIndividual threads, those of one name share
//   a task; beyond kMaxFolded names, all others do. Threads: one at a time.
class TaskTable {
 public:
  static constexpr std::size_t kMaxIndividual = 256;
  static constexpr std::size_t kMaxFolded = 256;

  // The task of a thread that begins.
  TaskId begin(ProcessId process, std::int32_t tid, const std::string& name);

  // A thread has another name now; that of a folded one is kept.
  void rename(TaskId task, const std::string& name);
  const Task& task(TaskId id) const { return tasks_[index_of(id)]; }

  std::uint64_t threads() const { return threads_; }
  // Tasks that were added or changed since the last call.
  std::vector<Task> take_changed();

 private:
  TaskId add(ProcessId process, std::int32_t tid, const std::string& name);

  std::vector<Task> tasks_;
  std::vector<bool> is_changed_;
  std::map<std::string, TaskId> folded_;  // by name, of the threads beyond kMaxIndividual
  std::uint64_t threads_ = 0;
};

}  // namespace heaptally
