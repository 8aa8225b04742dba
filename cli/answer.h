// What the commands that write a report in one of three formats have in common.
#pragma once

#include <unistd.h>

#include "cli/output.h"
#include "cli/terminal.h"
#include "core/report/statistics_report.h"
#include "core/report/style.h"

namespace heaptally {

// How texts on standard output are marked up.
inline Style output_style() { return Style::of(STDOUT_FILENO); }

// Writes a report to standard output. Errors: see StandardOutput::finish.
template <class Report>
void answer(const Report& report, Format format) {
  StandardOutput out;
  if (format == Format::kText && wants_ascii()) out.draw_in_ascii();
  switch (format) {
    case Format::kText:
      write_text(report, out.stream());
      break;
    case Format::kJson:
      write_json(report, out.stream());
      break;
    case Format::kCsv:
      write_csv(report, out.stream());
      break;
  }
  out.finish();
}

}  // namespace heaptally
