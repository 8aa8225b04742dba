#include "core/collect/task_table.h"

namespace heaptally {
namespace {

constexpr char kOtherThreads[] = "(other threads)";

}  // namespace

TaskId TaskTable::add(Task task, bool is_individual) {
  task.id = TaskId{static_cast<std::uint32_t>(tasks_.size())};
  tasks_.push_back(std::move(task));
  is_changed_.push_back(true);
  is_individual_.push_back(is_individual);
  return tasks_.back().id;
}

TaskId TaskTable::begin(ProcessId process, const std::string& program, std::int32_t tid,
                        const std::string& name) {
  ++threads_;
  Task task{.id = {}, .process = process, .tid = tid, .name = name};
  if (individual_ < kMaxIndividual) {
    ++individual_;
    return add(std::move(task), true);
  }
  std::pair<std::string, std::string> key = {program, name};
  if (folded_.size() >= kMaxFolded && !folded_.contains(key))
    key = {ProcessTable::kOtherPrograms, kOtherThreads};
  const auto [place, inserted] = folded_.try_emplace(key, TaskId{});
  if (inserted) {
    task.name = key.second;
    place->second = add(std::move(task), false);
    return place->second;
  }
  Task& folded = tasks_[index_of(place->second)];
  ++folded.threads;
  if (folded.process != process) folded.process = processes_.folded(key.first);
  changed(place->second);
  return place->second;
}

TaskId TaskTable::in_domain(TaskId heap_task, DomainId domain) {
  const auto known = in_domains_.find({heap_task, domain});
  if (known != in_domains_.end()) return known->second;
  if (in_domains_.size() >= kMaxInDomains) return shared_in_domain(domain);
  Task task = tasks_[index_of(heap_task)];
  task.domain = domain;
  task.heap_task = heap_task;
  return in_domains_[{heap_task, domain}] = add(std::move(task), false);
}

TaskId TaskTable::shared_in_domain(DomainId domain) {
  const auto known = shared_.find(domain);
  if (known != shared_.end()) return known->second;
  Task task;
  task.process = processes_.folded(ProcessTable::kOtherPrograms);
  task.name = kOtherThreads;
  task.domain = domain;
  return shared_[domain] = add(std::move(task), false);
}

// What is true of a thread is so in each domain.
void TaskTable::changed(TaskId id) {
  is_changed_[index_of(id)] = true;
  for (auto it = in_domains_.lower_bound({id, DomainId{0}});
       it != in_domains_.end() && it->first.first == id; ++it) {
    const Task& from = tasks_[index_of(id)];
    Task& to = tasks_[index_of(it->second)];
    to.process = from.process;
    to.name = from.name;
    to.threads = from.threads;
    is_changed_[index_of(it->second)] = true;
  }
}

void TaskTable::rename(TaskId id, const std::string& name) {
  Task& task = tasks_[index_of(id)];
  if (!is_individual(id) || name.empty() || task.name == name) return;
  task.name = name;
  changed(id);
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
