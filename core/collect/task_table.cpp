#include "core/collect/task_table.h"

namespace heaptally {
namespace {

constexpr char kOtherThreads[] = "(other threads)";
constexpr char kOtherPrograms[] = "(other programs)";

}  // namespace

TaskId TaskTable::add(ProcessId process, std::int32_t tid, const std::string& name) {
  const TaskId id{static_cast<std::uint32_t>(tasks_.size())};
  tasks_.push_back({id, process, tid, name, 1});
  is_changed_.push_back(true);
  return id;
}

TaskId TaskTable::begin(ProcessId process, const std::string& program, std::int32_t tid,
                        const std::string& name) {
  ++threads_;
  if (tasks_.size() < kMaxIndividual) return add(process, tid, name);
  std::pair<std::string, std::string> key = {program, name};
  if (folded_.size() >= kMaxFolded && !folded_.contains(key)) key = {kOtherPrograms, kOtherThreads};
  const auto [place, inserted] = folded_.try_emplace(key, TaskId{});
  if (inserted) {
    place->second = add(process, tid, key.second);
    return place->second;
  }
  Task& task = tasks_[index_of(place->second)];
  ++task.threads;
  if (task.process != process) task.process = processes_.folded(key.first);
  is_changed_[index_of(place->second)] = true;
  return place->second;
}

void TaskTable::rename(TaskId id, const std::string& name) {
  Task& task = tasks_[index_of(id)];
  if (index_of(id) >= kMaxIndividual || name.empty() || task.name == name) return;
  task.name = name;
  is_changed_[index_of(id)] = true;
}

std::vector<Task> TaskTable::take_changed() {
  std::vector<Task> changed;
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    if (is_changed_[i]) changed.push_back(tasks_[i]);
    is_changed_[i] = false;
  }
  return changed;
}

}  // namespace heaptally
