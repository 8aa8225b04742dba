// heaptally's library: questions to a recording, from C++20. Link heaptally::heaptally (CMake) or
// what `pkg-config --libs heaptally` says.
//
//   namespace hp = heaptally::profile;
//   hp::Recording recording("run.heaptally");
//   hp::Snapshot peak = recording.snapshot("peak");
//   for (const hp::Statistic& row : peak.statistics("lineno")) std::cout << row.text() << '\n';
//
// It reads like Python's tracemalloc, and gives the same answers to the same traces, but for:
//   - A trace is charged to its allocation site, the most recent frame that is not allocator
//     machinery (see SiteRules). The text of a whole traceback begins with its site, too.
//   - Cumulative statistics count a trace once for each key, so that recursion does not double.
//   - There are more keys, and a frame without debug information is a symbol or an address.
//
// docs/library.md has a whole program. Sizes are bytes. Objects keep what they need of the
// recording alive, and are cheap to copy. Threads: objects of one Recording, one thread at a time.
// Errors: every call may throw Error.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#define HEAPTALLY_EXPORTED __attribute__((visibility("default")))

namespace heaptally::profile {

// Not for users.
struct State;
struct SnapshotState;
struct Rows;
struct DifferenceRows;
struct Access;

// One line for a user: "SUBJECT: PROBLEM; REMEDY".
class HEAPTALLY_EXPORTED Error : public std::runtime_error {
 public:
  Error(const std::string& line, bool is_usage) : std::runtime_error(line), is_usage_(is_usage) {}

  // What was asked makes no sense (an unknown key, a time after the end); else the recording
  // cannot be read.
  bool is_usage() const noexcept { return is_usage_; }

 private:
  bool is_usage_;
};

// One call of a stack.
struct HEAPTALLY_EXPORTED Frame {
  std::string file;          // without debug information, the module; "??" for code in no file
  std::uint32_t line = 0;    // from 1; 0 if unknown
  std::string function;      // empty if unknown
  std::string module;        // the program or library; empty for code in no file
  std::uint64_t offset = 0;  // without debug information: from the start of the function if one is
                             // known, else the address in the module
  bool has_source = false;   // `file` is a source file

  // FILE:LINE; without debug information MODULE:SYMBOL+0xOFFSET or MODULE:+0xADDRESS.
  std::string text() const { return label; }

  std::string label;  // what text() returns

  friend bool operator==(const Frame&, const Frame&) = default;
};

// A stack, oldest frame first.
class HEAPTALLY_EXPORTED Traceback {
 public:
  std::size_t size() const { return places_.size(); }
  bool empty() const { return places_.empty(); }
  Frame operator[](std::size_t index) const;  // size() of them; beyond that, undefined
  std::vector<Frame> frames() const;

  // A line a frame, `  File "a.cpp", line 5`, and after it the source line, indented by four, if
  // the file can be read here. With a limit above 0 the so many newest frames, with one below 0
  // all but the so many newest, with 0 none.
  std::vector<std::string> format(std::optional<std::int64_t> limit = std::nullopt,
                                  bool most_recent_first = false) const;

 private:
  friend struct Access;
  std::shared_ptr<const State> state_;
  std::vector<std::uint32_t> places_;
  bool is_whole_ = false;  // stands for all of a file, function or module
  std::string whole_;      // ... and its name
};

// What the traces of one key amount to.
class HEAPTALLY_EXPORTED Statistic {
 public:
  std::uint64_t size() const { return size_; }
  std::uint64_t count() const { return count_; }
  double average() const {
    return count_ == 0 ? 0 : static_cast<double>(size_) / static_cast<double>(count_);
  }
  std::string label() const;    // "b.cpp:1"
  Traceback traceback() const;  // one frame, or all with the key traceback; none for threads,
                                // processes and sizes
  std::string text() const;     // "b.cpp:1: size=66 B, count=1, average=66 B"

 private:
  friend struct Access;
  std::shared_ptr<const Rows> rows_;
  std::size_t row_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t count_ = 0;
};

// What the traces of one key amount to in the newer of two snapshots, and by how much they changed.
class HEAPTALLY_EXPORTED StatisticDifference {
 public:
  std::uint64_t size() const { return size_; }
  std::int64_t size_difference() const { return size_difference_; }
  std::uint64_t count() const { return count_; }
  std::int64_t count_difference() const { return count_difference_; }
  std::string label() const;
  Traceback traceback() const;
  std::string text() const;  // "a.cpp:5: size=5002 B (+5000 B), count=2 (+1), average=2501 B"

 private:
  friend struct Access;
  std::shared_ptr<const DifferenceRows> rows_;
  std::size_t row_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t count_ = 0;
  std::int64_t size_difference_ = 0;
  std::int64_t count_difference_ = 0;
};

// Matches a trace by the file of its allocation site, or of any of its frames.
struct Filter {
  bool inclusive = true;
  std::string
      filename_pattern;  // as Python's fnmatch, case-sensitive: * ? [a-z] [!a-z]; * crosses /
  std::optional<std::uint32_t> lineno = std::nullopt;
  bool all_frames = false;
  std::optional<std::string> domain = std::nullopt;  // only traces of this domain match
};

// Matches a trace by its domain, a name as Recording::domains() has it: "heap", "mmap" (what the
// program maps by itself), "allocator" (what its allocator maps), or one that the program named.
struct DomainFilter {
  bool inclusive = true;
  std::string domain;
};

enum class Metric {
  kLive,       // allocated and not yet freed
  kTotal,      // allocated since the start
  kTemporary,  // freed by the allocating thread before it allocated again, since the start
};

// What every trace amounted to at one moment. Of the heap, but where domains are asked for.
class HEAPTALLY_EXPORTED Snapshot {
 public:
  Metric metric() const;
  // What the numbers are true of: the moment that was asked for, or the last moment at or before
  // it that the recording kept.
  std::chrono::nanoseconds time() const;
  bool is_exact() const;
  std::uint64_t size() const;  // of all traces
  std::uint64_t count() const;

  // The traces that any inclusive filter matches (or all, if there is none), and no exclusive one.
  Snapshot filter_traces(const std::vector<Filter>& filters) const;
  // The same with filters of both kinds at once, as in tracemalloc. If any filter names a domain,
  // here or above, and none did in making this snapshot, all domains are filtered: {} and
  // {{true, "mmap"}} is what is mapped, {} and {{false, "heap"}} all but the heap. Error: there is
  // no such domain.
  Snapshot filter_traces(const std::vector<Filter>& filters,
                         const std::vector<DomainFilter>& domains) const;
  // The traces of threads by id or name, of processes by PID, command or program: numbers or
  // patterns. Error: there is none.
  Snapshot only_threads(const std::vector<std::string>& threads) const;
  Snapshot only_processes(const std::vector<std::string>& processes) const;

  // Descending by (size, count, key). `key` is lineno, filename, function, module, traceback,
  // thread, process or size. Cumulative: a trace counts for every key among its frames; for
  // lineno, filename, function and module. With a limit above 0, the first so many.
  std::vector<Statistic> statistics(std::string_view key, bool cumulative = false,
                                    std::size_t limit = 0) const;

  // What changed since `old`, a snapshot of this recording or of another one: descending by
  // (|size change|, size, |count change|, count, key). What vanished has size and count 0; what
  // did not change is kept.
  std::vector<StatisticDifference> compare_to(const Snapshot& old, std::string_view key,
                                              bool cumulative = false, std::size_t limit = 0) const;

 private:
  friend struct Access;
  std::shared_ptr<const SnapshotState> state_;
};

// Which frame of a trace is charged.
struct SiteRules {
  bool raw = false;                    // the most recent one, whatever it is
  std::vector<std::string> machinery;  // patterns of more machinery: files, modules, functions
};

// A moment with a name, set by the program.
struct Mark {
  std::string name;
  std::chrono::nanoseconds time{0};
};

// A recording, opened to be asked. One that is still being written is read as it is now.
class HEAPTALLY_EXPORTED Recording {
 public:
  explicit Recording(const std::filesystem::path& path, const SiteRules& rules = {});

  std::vector<std::string> command() const;
  std::chrono::nanoseconds duration() const;
  bool is_complete() const;  // it was finished, and no event was lost
  std::vector<Mark> marks() const;
  std::vector<std::string> domains() const;  // by name; the heap is the first one

  // At "start", "peak", "peak:PID", "end", "mark:NAME", "40%" or a time since the start: "1.5s",
  // "250ms", "1m30s".
  Snapshot snapshot(std::string_view moment = "peak", Metric metric = Metric::kLive) const;
  Snapshot snapshot(std::chrono::nanoseconds since_start, Metric metric = Metric::kLive) const;

  // What was allocated, or temporary, between two moments. Error for kLive, which can shrink:
  // compare_to() tells how it changed.
  Snapshot snapshot_between(std::string_view from, std::string_view to,
                            Metric metric = Metric::kTotal) const;

 private:
  friend struct Access;
  explicit Recording(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace heaptally::profile
