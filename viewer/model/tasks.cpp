#include "viewer/model/tasks.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <unordered_map>

#include "core/profile/tree.h"
#include "core/report/labels.h"
#include "core/report/processes_report.h"
#include "core/report/wording.h"
#include "viewer/model/key_names.h"

namespace heaptally::view {
namespace {

constexpr std::size_t kLongestCommand = 120;

std::uint64_t shown_size(SortBy unit, bool is_signed, const MetricAmount& shown) {
  if (!is_signed) return measure(unit, shown.amount);
  return static_cast<std::uint64_t>(
      std::abs(unit == SortBy::kSize ? shown.change.bytes : shown.change.count));
}

void add_threads(const Profile& profile, const Threads& threads, const Lines& shown, Tasks& tasks) {
  const RecordingData& data = profile.data();
  std::unordered_map<std::size_t, MetricAmount> by_task;
  for (const LineRow& row : shown.rows) {
    by_task[index_of(row.key.task)] = {.amount = row.amount, .change = row.change};
  }
  tasks.threads.reserve(threads.rows.size());
  for (const ThreadRow& row : threads.rows) {
    const Key key{.task = row.task};
    const Task& task = data.tasks[index_of(row.task)];
    tasks.threads.push_back(
        {.run = row,
         .shown = by_task[index_of(row.task)],
         .word = names_of(profile, Group::kThread, key).thread,
         .name = short_text(key_label(profile, Group::kThread, key)),
         .process = short_text(process_label(data.processes[index_of(task.process)]))});
  }
}

void add_processes(const Profile& profile, const Query& query, const Lines& shown, Tasks& tasks) {
  const RecordingData& data = profile.data();
  const Processes processes(data);
  const ChosenProcesses chosen = choose_processes(profile, processes, query);
  std::vector<MetricAmount> amounts(processes.size());
  for (const LineRow& row : shown.rows) {
    amounts[processes.of(row.key.process)] = {.amount = row.amount, .change = row.change};
  }
  for (const ProcessLine& line : process_tree(processes, chosen.chosen)) {
    const WholeProcess& process = processes[line.process];
    const bool is_recorded = process.not_recorded.empty() || process.total.count != 0;
    ProcessTreeLine& row = tasks.processes.emplace_back();
    row.line = line;
    row.run = chosen.amounts[line.process];
    row.shown = amounts[line.process];
    if (is_recorded) {
      row.word = names_of(profile, Group::kProcess, {.process = process.images.back()}).process;
    }
    row.name = process.command.empty() ? "process" : command_text(process.command, kLongestCommand);
    row.pid = pid_text(process.pid, process);
    row.started = duration_text(process.start);
    row.lasted = process.duration ? duration_text(*process.duration) : "?";
    row.exit = exit_text(process);
    if (!process.not_recorded.empty()) {
      row.note = (is_recorded ? "then not recorded: " : "not recorded: ") +
                 short_text(process.not_recorded);
    }
  }
}

// What threads are sorted by; names are compared elsewhere.
double rank_of(const ThreadLine& line, ThreadColumn column, const Selection& selection) {
  const ThreadRow& run = line.run;
  switch (column) {
    case ThreadColumn::kAllocations:
      return static_cast<double>(run.total.count);
    case ThreadColumn::kTemporary:
      return share_of(run.temporary.count, run.total.count);
    case ThreadColumn::kPeak:
      return static_cast<double>(run.live_at_peak.bytes);
    case ThreadColumn::kEnd:
      return static_cast<double>(run.live_at_end.bytes);
    case ThreadColumn::kTotal:
      return static_cast<double>(run.total.bytes);
    default:
      break;
  }
  if (!is_signed(selection)) {
    return static_cast<double>(measure(selection.unit, line.shown.amount));
  }
  const Change change = line.shown.change;
  return static_cast<double>(selection.unit == SortBy::kSize ? change.bytes : change.count);
}

}  // namespace

std::vector<std::uint32_t> ordered_threads(const Tasks& tasks, ThreadColumn column, bool descends,
                                           const Selection& selection) {
  std::vector<std::uint32_t> order(tasks.threads.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const ThreadLine& first = tasks.threads[descends ? b : a];
    const ThreadLine& second = tasks.threads[descends ? a : b];
    if (column == ThreadColumn::kName) return first.name < second.name;
    if (column == ThreadColumn::kProcess) return first.process < second.process;
    return rank_of(first, column, selection) < rank_of(second, column, selection);
  });
  return order;
}

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

Tasks tasks_of(const Recording& recording, const Selection& selection) {
  const Profile& profile = recording.profile(selection.raw);
  Selection all = selection;
  all.threads.clear();
  all.processes.clear();
  const Query query = query_of(all);
  Tasks tasks;
  const Threads found = threads(profile, query, ThreadOrder::kTotal);
  tasks.all = found.kept;
  tasks.are_threads_known = recording.data().header.imported_from.empty();
  add_threads(profile, found, lines_of(recording, {.selection = all, .group = Group::kThread}),
              tasks);
  add_processes(profile, query, lines_of(recording, {.selection = all, .group = Group::kProcess}),
                tasks);
  const bool grows = is_signed(selection);
  for (const ThreadLine& line : tasks.threads) {
    tasks.largest_thread =
        std::max(tasks.largest_thread, shown_size(selection.unit, grows, line.shown));
  }
  for (const ProcessTreeLine& line : tasks.processes) {
    tasks.largest_process =
        std::max(tasks.largest_process, shown_size(selection.unit, grows, line.shown));
  }
  return tasks;
}

bool is_chosen(const std::vector<std::string>& words, const std::string& word) {
  return !word.empty() && std::find(words.begin(), words.end(), word) != words.end();
}

void choose_word(std::vector<std::string>& words, const std::string& word) {
  if (word.empty()) return;
  if (std::erase(words, word) == 0) words.push_back(word);
}

}  // namespace heaptally::view
