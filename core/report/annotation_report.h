// Annotated sources written out: text, JSON, and CSV.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>

#include "core/profile/annotation.h"

namespace heaptally {

// Which column the colours are of.
enum class Heat { kLive, kPeak, kTotal, kCount };

// Reads "live", "peak", "total" or "count". Errors: Error of usage.
Heat parse_heat(std::string_view text);

// An answer together with its question. Everything in it must outlive it.
struct AnnotationReport {
  const Profile& profile;
  const AnnotationSnapshots& snapshots;
  const Query& query;
  const Annotation& annotation;
  std::string path;                    // of the source on disk; empty if it is not there
  std::optional<std::size_t> context;  // lines shown around those with amounts; all if not given
  bool colours = false;
  Heat heat = Heat::kPeak;
  std::size_t width = 0;  // of the terminal that text is to fit; 0: as long as it is
};

// Each stops quietly when `out` has failed; the caller looks at its state.
//
// Text: a heading of lines that start with "# ", then the lines of the source behind four columns:
// bytes live at the moment, live at the peak and allocated in all, and the number of allocations.
// Colours are shades of the greatest number of one of them. If the source cannot be read, only the
// lines with amounts are there.
void write_text(const AnnotationReport& report, std::ostream& out);

// JSON: "command", "file", "source" (its path on disk, or null), "live", "peak" and "total" with
// the moments they are of, as for statistics, "lines", an array with a line each: "line", "live",
// "peak", "total" ({"bytes", "count"}), "text". CSV: file, line, live_size, live_count, peak_size,
// peak_count, total_size, total_count, text. Both have lines with amounts alone.
void write_json(const AnnotationReport& report, std::ostream& out);
void write_csv(const AnnotationReport& report, std::ostream& out);

// Where the source file `file` of a recording is on this machine; empty if it is nowhere. Below
// `root`, if that is not empty: the whole path, or less and less of its beginning; else where it
// was when it was compiled, or below the folder where the program was started.
std::string source_on_disk(std::string_view file, const std::string& working_directory,
                           const std::string& root);

}  // namespace heaptally
