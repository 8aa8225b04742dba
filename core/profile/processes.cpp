#include "core/profile/processes.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "core/profile/snapshot.h"

namespace heaptally {
namespace {

WholeProcess begin_process(const Process& image) {
  return {.images = {},
          .pid = image.pid,
          .parent_pid = image.parent_pid,
          .processes = image.processes,
          .start = image.start};
}

void add_image(WholeProcess& process, const Process& image) {
  process.images.push_back(image.id);
  process.command = image.command;
  process.not_recorded = image.not_recorded;
  process.exit_status = image.exit_status;
  process.total += image.total;
  process.live_at_end += image.live_at_end;
  if (image.peak.bytes > process.peak.bytes) {
    process.peak = image.peak;
    process.peak_time = image.peak_time;
  }
}

std::optional<Nanoseconds> duration_of(const RecordingData& data, const WholeProcess& process) {
  const Nanoseconds end = data.processes[index_of(process.images.back())].end;
  if (end >= process.start && end.count() != 0) return end - process.start;
  const Nanoseconds now = run_time(data);
  if (data.header.complete || now < process.start) return std::nullopt;
  return now - process.start;
}

}  // namespace

Processes::Processes(const RecordingData& data) {
  // An image's previous one comes before it, so its process is known.
  std::vector<WholeProcess> unordered;
  by_image_.reserve(data.processes.size());
  for (const Process& image : data.processes) {
    const std::size_t process =
        image.previous ? by_image_[index_of(*image.previous)] : unordered.size();
    by_image_.push_back(process);
    if (!image.previous) unordered.push_back(begin_process(image));
    add_image(unordered[process], image);
  }
  std::vector<std::size_t> order(unordered.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return unordered[a].start < unordered[b].start;
  });
  std::vector<std::size_t> numbers(order.size());
  for (const std::size_t process : order) {
    numbers[process] = processes_.size();
    processes_.push_back(std::move(unordered[process]));
    processes_.back().duration = duration_of(data, processes_.back());
  }
  for (std::size_t& process : by_image_) process = numbers[process];
  find_parents();
}

// A PID may be used again: the parent is the latest process of that PID that started before.
void Processes::find_parents() {
  std::unordered_map<std::int32_t, std::size_t> latest;
  for (std::size_t number = 0; number < size(); ++number) {
    WholeProcess& process = processes_[number];
    if (process.pid == 0) continue;
    const auto parent = latest.find(process.parent_pid);
    if (parent != latest.end()) process.parent = parent->second;
    latest[process.pid] = number;
  }
}

std::string_view program_name(std::string_view command) {
  const std::string_view program = command.substr(0, command.find(' '));
  return program.substr(program.rfind('/') + 1);
}

std::string names_of(const Processes& processes) {
  constexpr std::size_t kShown = 10;
  std::string names;
  for (std::size_t i = 0; i < std::min(kShown, processes.size()); ++i) {
    const WholeProcess& process = processes[i];
    if (i != 0) names += ", ";
    names += std::string(program_name(process.command)) + " (";
    names += process.pid == 0 ? std::to_string(process.processes) + " processes"
                              : std::to_string(process.pid);
    names += ")";
  }
  if (processes.size() > kShown) {
    names += " and " + std::to_string(processes.size() - kShown) + " more";
  }
  return names;
}

std::size_t process_rows(const Processes& processes) {
  return static_cast<std::size_t>(
      std::count_if(processes.begin(), processes.end(),
                    [](const WholeProcess& process) { return process.processes != 0; }));
}

std::vector<ProcessLine> process_tree(const Processes& processes, std::size_t limit) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    if (processes[i].processes != 0) chosen.push_back(i);
  }
  if (limit != 0 && limit < chosen.size()) {
    std::stable_sort(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) {
      return processes[a].peak.bytes > processes[b].peak.bytes;
    });
    chosen.resize(limit);
  }
  std::vector<bool> shown(processes.size());
  for (const std::size_t process : chosen) shown[process] = true;
  return process_tree(processes, shown);
}

std::vector<ProcessLine> process_tree(const Processes& processes, const std::vector<bool>& shown) {
  // The nearest ancestor that is shown; parents come first, so theirs is known.
  std::vector<std::optional<std::size_t>> above(processes.size());
  std::vector<std::vector<std::size_t>> below(processes.size());
  std::vector<ProcessLine> waiting;  // the next one last
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const std::optional<std::size_t> parent = processes[i].parent;
    if (parent) above[i] = shown[*parent] ? parent : above[*parent];
    if (!shown[i]) continue;
    if (above[i]) {
      below[*above[i]].push_back(i);
    } else {
      waiting.push_back({i, 0});
    }
  }
  std::reverse(waiting.begin(), waiting.end());
  std::vector<ProcessLine> lines;
  while (!waiting.empty()) {
    const ProcessLine line = waiting.back();
    waiting.pop_back();
    lines.push_back(line);
    const std::vector<std::size_t>& children = below[line.process];
    for (auto child = children.rbegin(); child != children.rend(); ++child) {
      waiting.push_back({*child, line.depth + 1});
    }
  }
  return lines;
}

}  // namespace heaptally
