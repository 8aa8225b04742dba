// TaskTable: the threads of the recording, at most 256 of them one by one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/types.h"
#include "core/collect/process_table.h"
#include "core/recording/model.h"

namespace heaptally {

// Purpose: gives each thread a task. Beyond kMaxIndividual threads, those of one name in one
//   program share a task; beyond kMaxFolded of these, all others do. A task of several processes
//   belongs to their program's folded row. A thread has a task of its own in each domain in which
//   it does anything; beyond kMaxInDomains of these, all of a domain share one.
//   Threads: one at a time.
class TaskTable {
 public:
  static constexpr std::size_t kMaxIndividual = 256;
  static constexpr std::size_t kMaxFolded = 256;
  static constexpr std::size_t kMaxInDomains = 8192;

  explicit TaskTable(ProcessTable& processes) : processes_(processes) {}

  // The task of a thread that begins.
  TaskId begin(ProcessId process, const std::string& program, std::int32_t tid,
               const std::string& name);

  // The task in a domain of the threads of a task in the heap.
  TaskId in_domain(TaskId heap_task, DomainId domain);

  // A thread has another name now; that of a folded one is kept.
  void rename(TaskId task, const std::string& name);
  bool is_individual(TaskId id) const { return is_individual_[index_of(id)]; }
  const Task& task(TaskId id) const { return tasks_[index_of(id)]; }

  std::uint64_t threads() const { return threads_; }
  // Tasks that were added or changed since the last call.
  std::vector<Task> take_changed();

 private:
  TaskId add(Task task, bool is_individual);
  TaskId shared_in_domain(DomainId domain);
  void changed(TaskId id);

  ProcessTable& processes_;
  std::vector<Task> tasks_;
  std::vector<bool> is_changed_;
  std::vector<bool> is_individual_;
  std::size_t individual_ = 0;
  // By program and name, of the threads beyond kMaxIndividual.
  std::map<std::pair<std::string, std::string>, TaskId> folded_;
  std::map<std::pair<TaskId, DomainId>, TaskId> in_domains_;  // by the task in the heap
  std::map<DomainId, TaskId> shared_;                         // beyond kMaxInDomains
  std::uint64_t threads_ = 0;
};

}  // namespace heaptally
