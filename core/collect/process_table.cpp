#include "core/collect/process_table.h"

#include <algorithm>
#include <utility>

namespace heaptally {

ProcessId ProcessTable::add(Process process) {
  const ProcessId id{static_cast<std::uint32_t>(rows_.size())};
  process.id = id;
  rows_.push_back(std::move(process));
  is_changed_.push_back(true);
  return id;
}

ProcessId ProcessTable::begin(Process process, const std::string& program) {
  ++images_;
  if (!process.previous.has_value()) ++processes_;
  if (images_ <= kMaxIndividual) return add(std::move(process));
  const ProcessId id = folded(program);
  Process& row = change(id);
  row.start = row.processes == 0 ? process.start : std::min(row.start, process.start);
  ++row.processes;
  return id;
}

ProcessId ProcessTable::folded(const std::string& program) {
  const bool has_room = folded_.size() < kMaxFolded || folded_.contains(program);
  const std::string& key = has_room ? program : kOtherPrograms;
  const auto [place, inserted] = folded_.try_emplace(key, ProcessId{});
  if (inserted) {
    Process row;
    row.command = key;
    row.processes = 0;
    place->second = add(std::move(row));
  }
  return place->second;
}

Process& ProcessTable::change(ProcessId id) {
  is_changed_[index_of(id)] = true;
  return rows_[index_of(id)];
}

std::vector<Process> ProcessTable::take_changed() {
  std::vector<Process> changed;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (is_changed_[i]) changed.push_back(rows_[i]);
    is_changed_[i] = false;
  }
  return changed;
}

}  // namespace heaptally
