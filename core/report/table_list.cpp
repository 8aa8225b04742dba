#include "core/report/table_list.h"

#include <ostream>
#include <string>

#include <fmt/format.h>

namespace heaptally {
namespace {

struct Note {
  std::string_view table;
  std::string_view text;
};

// docs/recording.md says more.
constexpr Note kNotes[] = {
    {"header", "a fact about the run"},
    {"arguments", "an argument of the recorded command, the program first"},
    {"processes", "a process image"},
    {"tasks", "a thread, or several folded into one, in one domain"},
    {"domains", "where memory comes from, and what that amounts to"},
    {"modules", "a file that code lies in; 0 is code in no file"},
    {"frames", "a code address"},
    {"strings", "a function's or a file's name"},
    {"locations", "what a frame resolved to; depth 0 is the innermost inlined call"},
    {"traces", "a call stack: `frame`, called from the trace `parent`; 0 is the empty one"},
    {"tallies", "a (trace, task, size class) that allocated"},
    {"totals", "the values of a tally; none while the recording is not finished"},
    {"timeline", "a stretch of time in which something happened; `deltas` is packed"},
    {"survivors", "what of the blocks of a row of timeline was never freed; `deltas` is packed"},
    {"crossings",
     "what was freed between two marks, of blocks from before the first; `deltas` is packed"},
    {"events", "a chunk of the event log, of record --log; `data` is packed: heaptally events"},
    {"samples", "a look at the process from outside"},
    {"marks", "a moment that the program, or somebody from outside, gave a name"},
    {"frame_lines", "a frame, or an inlined call in it, with names"},
    {"trace_frames", "a call in a trace; ask for one trace at a time"},
    {"process_list", "a process with all its images, or several folded into one"},
    {"process_images", "a process image, and the process (of process_list) that it is of"},
    {"tally_values", "a tally with its thread, sizes and values"},
    {"domain_lines", "a domain and a line of source"},
    {"lines", "a line of source, by the most recent frame: the values of all its tallies"},
    {"peak_lines", "a line of source with blocks at the peak, greatest first"},
    {"process_lines", "a process and a line of source"},
    {"thread_values", "a task with the values of all its tallies"},
    {"timeline_rows", "a row of timeline, without what is packed"},
};

constexpr std::size_t kWidest = 100;

void write_columns(const SqlTable& table, std::ostream& out) {
  std::string line = "   ";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string word = table.columns[i] + (i + 1 < table.columns.size() ? "," : "");
    if (line.size() + 1 + word.size() > kWidest) {
      out << line << '\n';
      line = "   ";
    }
    line += ' ' + word;
  }
  out << line << '\n';
}

}  // namespace

std::string_view note_on_table(std::string_view name) {
  for (const Note& note : kNotes) {
    if (note.table == name) return note.text;
  }
  return "";
}

void write_table_list(std::span<const SqlTable> tables, std::ostream& out) {
  bool views_begun = false;
  out << "Tables, what a row is, and the columns (times in ns since the start, sizes in bytes)\n";
  for (const SqlTable& table : tables) {
    if (table.is_view && !views_begun) {
      out << "\nViews\n";
      views_begun = true;
    }
    out << fmt::format("  {:<14} {}\n", table.name, note_on_table(table.name));
    write_columns(table, out);
  }
}

}  // namespace heaptally
