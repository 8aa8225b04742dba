// Tasks: the threads and processes of a recording, with what each has.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/profile/process_amounts.h"
#include "core/profile/threads.h"
#include "viewer/model/lines.h"
#include "viewer/model/recording.h"

namespace heaptally::view {

// By the selection's metric, which its range restricts.
struct MetricAmount {
  Amount amount;
  Change change;  // of growth
};

struct ThreadLine {
  ThreadRow run;  // in the whole run
  MetricAmount shown;
  std::string word;  // for Selection::threads
  std::string name, process;
};

struct ProcessTreeLine {
  ProcessLine line;
  ProcessAmounts run;
  MetricAmount shown;
  std::string word;  // for Selection::processes; empty if nothing was recorded of it
  std::string name;
  std::string pid, started, lasted, exit;
  std::string note;  // why it was not recorded
};

// Threads and processes that the selection chooses do not leave others out: they are told apart by
// is_chosen(). All else that it says does.
struct Tasks {
  std::vector<ThreadLine> threads;                        // those with most first
  std::vector<ProcessTreeLine> processes;                 // each after its parent
  std::uint64_t largest_thread = 0, largest_process = 0;  // of the metric, without a sign
  ThreadRow all;                                          // threads together, in the whole run
  bool are_threads_known = true;                          // imported recordings do not tell of them
};

// Errors: as measure() and threads().
Tasks tasks_of(const Recording& recording, const Selection& selection);

// The columns of the table of threads.
enum class ThreadColumn : std::uint8_t {
  kCheck,
  kName,
  kShown,
  kAllocations,
  kTotal,
  kTemporary,
  kPeak,
  kEnd,
  kProcess,
};
// Which come first, by their index; rows of equal values stay in the order of Tasks.
std::vector<std::uint32_t> ordered_threads(const Tasks& tasks, ThreadColumn column, bool descends,
                                           const Selection& selection);

// 0 of nothing.
double share_of(std::uint64_t part, std::uint64_t whole);

bool is_chosen(const std::vector<std::string>& words, const std::string& word);
// Adds the word, or takes it away.
void choose_word(std::vector<std::string>& words, const std::string& word);

}  // namespace heaptally::view
