// What a recording holds, as plain data. The collector fills these, the writer
// stores them, the reader gives them back, core/profile answers questions on them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/location.h"
#include "core/base/types.h"

namespace heaptally {

// Stacks of which a frame's caller could not be computed from the stack pointer, the frame
// pointer and a word on the stack, by the reason at the innermost such frame.
struct Fallbacks {
  std::uint64_t other_register = 0;  // the frame is found through another register
  std::uint64_t expression = 0;      // ... by a DWARF expression
  std::uint64_t return_address = 0;  // its return address lies in an unusual place
  std::uint64_t frame_pointer = 0;   // so does its caller's frame pointer
  std::uint64_t no_step = 0;         // its call-frame information makes no sense to libunwind
  std::uint64_t no_libunwind = 0;    // libunwind could not be asked; the stack ends there

  std::uint64_t total() const {
    return other_register + expression + return_address + frame_pointer + no_step + no_libunwind;
  }
};

// Facts about the whole run. Times are nanoseconds since the recording's start.
struct Header {
  std::vector<std::string> command;  // argv of the recorded program
  std::string working_directory;
  std::string host;
  std::string heaptally_version;
  std::int64_t start_unix_ns = 0;  // wall clock at the start
  Nanoseconds duration{0};
  std::string clock;      // "tsc" or "monotonic": what ordered the events
  bool complete = false;  // false until the recording was finished in order
  bool has_log = false;   // every allocation and free is in the event log
  int exit_status = 0;    // as a shell reports it: status, or 128 + signal

  Amount total;      // every allocation; a realloc counts as one
  Amount temporary;  // freed by the allocating thread before it allocated again
  Amount live_at_end;
  Amount peak;  // blocks live at the high-water mark
  Nanoseconds peak_time{0};
  std::uint64_t frees = 0;  // counting the free that is half of a realloc

  std::uint64_t lost_events = 0;           // dropped because a ring was full or out of reach
  std::uint64_t unknown_frees = 0;         // frees of blocks never seen to be allocated
  std::uint64_t inherited_frees = 0;       // by forked processes, of blocks from before the fork
  std::uint64_t untraced_frees = 0;        // of blocks that were not recorded, as the program asked
  std::uint64_t inferred_frees = 0;        // an allocation at a live address: its free was missed
  std::uint64_t domain_unknown_frees = 0;  // the same two of domains that the program named
  std::uint64_t domain_inferred_frees = 0;
  std::uint64_t late_events = 0;           // arrived after later ones were tallied
  std::uint64_t rejected_events = 0;       // made no sense: the shared memory was scribbled on
  std::uint64_t nested_events = 0;         // from signal handlers that interrupted a hook
  std::uint64_t inner_events = 0;          // made by the allocator itself; not recorded
  std::uint64_t cut_stacks = 0;            // deeper than the limit; outermost frames are missing
  std::uint64_t broken_stacks = 0;         // ended where no step outward was possible
  std::uint64_t fallback_stacks = 0;       // with a frame that only libunwind can step from
  Fallbacks fallbacks;                     // the same by reason; earlier versions did not tell
  std::uint64_t unrecorded_processes = 0;  // children that could not be, or were not to be recorded
  std::uint64_t dropped_marks = 0;         // beyond the 4,096 that a recording keeps
  // From the mark at this time on there were too many crossings (see Crossing) to be kept, so that
  // many marks came later; 0: all were kept.
  Nanoseconds crossings_end{0};
  std::uint64_t marks_after_crossings = 0;
  Nanoseconds waited{0};  // how long the program waited for the collector

  Nanoseconds cpu{0};  // of the program and the children that it waited for, user and system

  std::uint64_t peak_rss = 0;   // bytes
  std::uint64_t first_rss = 0;  // bytes, before main
};

// How a process image began.
enum class Origin : std::uint8_t {
  kExec = 0,  // a program was executed
  kFork = 1,  // a copy of its parent, until it executes a program
};

// Where it is not known how a process ended.
inline constexpr int kUnknownExit = -1;

// A process image: one program in one process, from its fork or exec to its exit or next exec. A
// process that executes another program has several rows, all with its PID. Beyond 4,096 rows,
// processes of one command share a row.
struct Process {
  ProcessId id{};
  std::int32_t pid = 0;  // 0: several are folded into this row, and the next two mean little
  std::int32_t parent_pid = 0;
  Origin origin = Origin::kExec;
  // The earlier row that this one continues: the image of the same process that ended when this
  // program was executed. Rows linked so are one process.
  std::optional<ProcessId> previous;
  std::string command;  // argv joined for display; of folded ones the program alone
  Nanoseconds start{0};
  Nanoseconds end{0};
  // Of the process as a shell reports it: status, or 128 + signal. kUnknownExit while it runs,
  // where nobody saw it, and for an image that another program replaced.
  int exit_status = kUnknownExit;
  std::uint32_t processes = 1;  // how many are folded into this row
  std::string not_recorded;     // why nothing was recorded of it; empty if it was
  Amount total;                 // every allocation
  Amount live_at_end;           // just before it ended
  Amount peak;                  // its own high-water mark; of folded ones the greatest
  Nanoseconds peak_time{0};
};

// Where memory comes from: 0 is the heap, 1 what the program maps by itself, 2 what the allocator
// maps; the program gives others their names.
struct Domain {
  DomainId id{};
  std::string name;
  Amount total = {};
  Amount live_at_end = {};
  Amount peak = {};  // its own
  Nanoseconds peak_time{0};
};

// A task is a thread of a process in one domain. Beyond 256 threads, those of one name and one
// program share a task; if they are of several processes, its process is a row of folded ones.
struct Task {
  TaskId id{};
  ProcessId process{};
  std::int32_t tid = 0;  // of the first thread, if several are folded
  std::string name;
  std::uint32_t threads = 1;  // how many are folded into this task
  DomainId domain = kHeapDomain;
  // Of another domain than the heap: the heap's task of the same threads.
  std::optional<TaskId> heap_task = std::nullopt;
};

struct Module {
  ModuleId id{};
  std::string path;      // as the program saw it; empty for kNoModule
  std::string build_id;  // lower-case hex, empty if it has none
  std::string debug;  // what its symbols came from: "dwarf", "symtab", "dynsym", "none", or why not
};

enum class FrameKind : std::uint8_t {
  kReturnAddress = 0,  // the call is the instruction before `address`
  kExact = 1,          // interrupted by a signal at `address` itself
  kCut = 2,            // stands for outermost frames that were cut off
};

// One code address of one module; the same in every process that maps the module.
struct Frame {
  FrameId id{};
  ModuleId module{};
  std::uint64_t address = 0;  // ELF virtual address in the module; absolute for kNoModule
  FrameKind kind = FrameKind::kReturnAddress;
};

// A trace is a path in a tree: `frame` called from trace `parent`. Outermost first.
// The root has no frame: there `frame` is 0 and means nothing.
struct Trace {
  TraceId id{};
  TraceId parent{};
  FrameId frame{};
};

// A tally is kept for each (trace, task, size class) that allocated.
struct TallyKey {
  TallyId id{};
  TraceId trace{};
  TaskId task{};
  SizeClass size_class{};
};

// Lifetimes of the freed blocks of a tally: class k counts those that lived
// [2^(k-1), 2^k) ns; pairs (k, count), ascending, only those with a count.
using Histogram = std::vector<std::pair<std::uint8_t, std::uint64_t>>;

// A tally's values for the whole run. live_at_end = total - freed.
struct TallyTotals {
  TallyId id{};
  Amount total;
  Amount temporary;
  Amount live_at_end;
  Amount live_at_peak;          // of the whole tree of processes
  Amount live_at_process_peak;  // of the task's process; nothing for a row of folded ones. Of
                                // another domain than the heap: at that domain's own peak
  Histogram lifetimes;
};

// What one tally did in one time bucket.
struct TallyDelta {
  TallyId id{};
  Amount allocated;
  Amount freed;
  Amount temporary;
};

// A stretch of the timeline, [start, start + width). Buckets follow one another
// without overlap; those in which nothing happened are left out. Widths differ where
// some buckets were merged, each a power of two times the narrowest, and where a mark cut one.
struct Bucket {
  Nanoseconds start{0};
  Nanoseconds width{0};
  std::uint64_t max_live_bytes = 0;  // the greatest total of live bytes within it
  std::vector<TallyDelta> deltas;    // ascending by id, each id once
};

// What one tally holds, in whatever sense the context gives it.
struct TallyAmount {
  TallyId id{};
  Amount amount;
};

// The blocks that were allocated in one bucket of the timeline, which starts at `start`, and never
// freed: live as their process image ended.
struct Survivors {
  Nanoseconds start{0};
  std::vector<TallyAmount> amounts;  // ascending by id, each id once
};

// What was freed between one mark and the next, of the blocks that were allocated between two
// earlier ones. A stretch between marks is named by the time of the mark that begins it; the first
// begins at 0. Of marks set at one time only the last begins one.
struct Crossing {
  Nanoseconds since{0};  // of the stretch in which they were freed
  // ... in which they were allocated, which is an earlier one. None: these were not freed, but held
  // by process images as they ended, whenever allocated. (The timeline shows both as freed.)
  std::optional<Nanoseconds> born;
  std::vector<TallyAmount> amounts;  // ascending by id, each id once
};

// The processes of the tree together, as the kernel sees them, sampled on the same clock. What
// they share counts for each.
struct Sample {
  Nanoseconds time{0};
  std::uint64_t rss = 0;     // bytes
  std::uint64_t mapped = 0;  // bytes of address space
  Nanoseconds cpu{0};        // user and system time of all threads
};

// A moment that the program, or somebody from outside, gave a name. No bucket reaches across it.
struct Mark {
  std::string name;
  Nanoseconds time{0};
  ProcessId process{};  // the image that set it
};

// How a recording that goes on would end if it did now.
struct RecordingEnding {
  Header header;                     // `complete` is taken for granted
  std::vector<Process> processes;    // instead of the rows with the same ids
  std::vector<Domain> domains;       // likewise
  Bucket bucket;                     // what the timeline lacks; nothing if it has no deltas
  std::vector<TallyTotals> totals;   // one of each tally, ascending
  std::vector<Survivors> survivors;  // by bucket, that one included
};

// What an address resolved to: innermost inlined call first, never empty.
struct FrameLocations {
  FrameId frame{};
  std::vector<Location> locations;
};

}  // namespace heaptally
