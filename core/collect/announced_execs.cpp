#include "core/collect/announced_execs.h"

#include <utility>

namespace heaptally {

void AnnouncedExecs::announce(std::int32_t pid, Exec exec) {
  Entry entry;
  // The end of the process may have been noticed before its last words were read.
  if (const auto here = execs_.find(pid); here != execs_.end()) entry = std::move(here->second);
  entry.exec = std::move(exec);
  execs_[pid] = std::move(entry);
}

void AnnouncedExecs::failed(std::int32_t pid) {
  const auto here = execs_.find(pid);
  if (here != execs_.end() && !here->second.row.has_value()) execs_.erase(here);
}

void AnnouncedExecs::ended(std::int32_t pid, std::uint64_t stamp) {
  const auto here = execs_.find(pid);
  if (here != execs_.end()) here->second.end_stamp = stamp;
}

void AnnouncedExecs::set_status(std::int32_t pid, int wait_status) {
  const auto here = execs_.find(pid);
  if (here != execs_.end()) here->second.status = wait_status;
}

void AnnouncedExecs::begin(std::int32_t pid, Entry& entry) {
  Process row;
  row.pid = pid;
  row.parent_pid = entry.exec.parent;
  row.command = entry.exec.path;
  row.not_recorded = entry.exec.reason;
  row.previous = entry.exec.previous;
  entry.row = rows_.begin(std::move(row), entry.exec.stamp);
  ++count_;
}

void AnnouncedExecs::end(std::int32_t pid, const Entry& entry) {
  rows_.end(*entry.row, *entry.end_stamp);
  if (entry.status.has_value()) rows_.set_status(pid, *entry.end_stamp, *entry.status);
}

std::optional<ProcessId> AnnouncedExecs::replaced(std::int32_t pid, std::uint64_t stamp) {
  const auto here = execs_.find(pid);
  if (here == execs_.end()) return std::nullopt;
  Entry entry = std::move(here->second);
  execs_.erase(here);
  if (!entry.row.has_value()) begin(pid, entry);
  rows_.end(*entry.row, stamp);
  return rows_.individual(*entry.row);
}

void AnnouncedExecs::settle(std::uint64_t drained_until, std::uint64_t certain_before,
                            const Begins& begins) {
  for (auto here = execs_.begin(); here != execs_.end();) {
    auto& [pid, entry] = *here;
    const bool has_ended = entry.end_stamp.has_value() && *entry.end_stamp < drained_until;
    if (!entry.row.has_value() && (has_ended || entry.exec.stamp < certain_before)) {
      begin(pid, entry);
      begins(pid, entry.exec.stamp);
    }
    if (has_ended) end(pid, entry);
    here = has_ended ? execs_.erase(here) : std::next(here);
  }
}

std::vector<std::int32_t> AnnouncedExecs::running() const {
  std::vector<std::int32_t> pids;
  for (const auto& [pid, entry] : execs_) {
    if (!entry.end_stamp.has_value()) pids.push_back(pid);
  }
  return pids;
}

}  // namespace heaptally
