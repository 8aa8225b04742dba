#include "core/collect/process_rows.h"

#include <sys/wait.h>

#include <algorithm>

namespace heaptally {

std::string program_of(const std::string& command) {
  const std::string first = command.substr(0, command.find(' '));
  return first.substr(first.rfind('/') + 1);
}

ProcessId ProcessRows::begin(Process row, std::uint64_t stamp) {
  row.start = clock_.since_start(stamp);
  const std::int32_t pid = row.pid;
  const std::string program = program_of(row.command);
  const ProcessId id = table_.begin(std::move(row), program);
  if (table_.is_individual(id)) history_[pid].emplace_back(stamp, id);
  return id;
}

void ProcessRows::end(ProcessId id, std::uint64_t stamp) {
  if (!table_.is_individual(id)) return;
  Process& row = table_.change(id);
  row.end = std::max(row.end, clock_.since_start(stamp));
}

std::optional<ProcessId> ProcessRows::individual(ProcessId id) const {
  return table_.is_individual(id) ? std::optional(id) : std::nullopt;
}

std::optional<ProcessId> ProcessRows::latest(std::int32_t pid) const {
  const auto rows = history_.find(pid);
  return rows == history_.end() ? std::nullopt : std::optional(rows->second.back().second);
}

void ProcessRows::set_status(std::int32_t pid, std::uint64_t stamp, int wait_status) {
  const auto rows = history_.find(pid);
  if (rows == history_.end()) return;
  const auto row = std::find_if(rows->second.rbegin(), rows->second.rend(),
                                [&](const auto& begun) { return begun.first <= stamp; });
  if (row == rows->second.rend()) return;
  table_.change(row->second).exit_status =
      WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

}  // namespace heaptally
