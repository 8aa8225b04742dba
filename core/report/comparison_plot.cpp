#include <algorithm>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/report/comparison_report.h"
#include "core/report/time_plot.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

std::string as_part(PlotPart part, std::string_view text, const Style& style) {
  return style.coloured(colour_of(part), text);
}

struct Letter {
  std::string_view text;
  PlotPart part = PlotPart::kArea;
  std::size_t column = 0;
};

// A line with letters at their columns; two of the same one stand beside each other.
void write_letters(std::string_view name, std::vector<Letter> letters, const TimePlot& frame,
                   const Style& style, std::ostream& out) {
  std::ranges::stable_sort(letters, {}, &Letter::column);
  if (letters.size() == 2 && letters[0].column == letters[1].column) {
    if (letters[1].column + 1 < frame.width()) {
      ++letters[1].column;
    } else {
      --letters[0].column;
    }
  }
  std::string line;
  std::size_t taken = 0;
  for (const Letter& letter : letters) {
    line.append(letter.column - taken, ' ').append(as_part(letter.part, letter.text, style));
    taken = letter.column + 1;
  }
  out << TimePlot::label(name) << ' ' << line << '\n';
}

void write_peaks(const ComparedTimelines& both, const TimePlot& frame, std::ostream& out) {
  std::vector<Letter> letters;
  for (const auto& [name, part, timeline] :
       {std::tuple("A", PlotPart::kArea, &both.a), std::tuple("B", PlotPart::kLine, &both.b)}) {
    if (timeline->peak.bytes == 0) continue;
    letters.push_back({name, part, frame.column_of(timeline->peak.time)});
  }
  write_letters("peak", std::move(letters), frame, both.style, out);
}

void write_legend(std::string_view name, PlotPart part, const HeapTimeline& timeline,
                  const ComparedTimelines& both, std::ostream& out) {
  const std::string peak = timeline.peak.bytes == 0
                               ? "nothing live"
                               : peak_text(timeline.peak, timeline.recorded_maxima);
  out << fmt::format("  {} {}  {}; ends at {}\n", as_part(part, name, both.style),
                     plot_sample(both.dots, part, both.style), peak, duration_text(timeline.to));
}

}  // namespace

TimeSpan span_of(const ComparedTimelines& both) {
  return {.from = Nanoseconds(0), .to = std::max(both.a.to, both.b.to)};
}

void write_plot(const ComparisonReport& report, std::ostream& out) {
  const ComparedTimelines& both = *report.timelines;
  const TimePlot frame(span_of(both), both.width, both.style);
  Plot plot{.dots = both.dots, .height = both.height, .top = 1, .area = {}, .line = {}};
  const std::size_t columns = plot_columns(both.dots, frame.width());
  plot.area = live_columns(both.a, span_of(both), columns);
  plot.line = live_columns(both.b, span_of(both), columns);
  for (const auto* values : {&plot.area, &plot.line}) {
    for (const std::uint64_t value : *values) plot.top = std::max(plot.top, value);
  }
  plot.top = std::max({plot.top, both.a.peak.bytes, both.b.peak.bytes});
  out << "live bytes over time; a column shows the greatest within it\n";
  if (!both.a.recorded_maxima) {
    out << "with filters at edges of time buckets, between which there may be more\n";
  }
  write_legend("A", PlotPart::kArea, both.a, both, out);
  write_legend("B", PlotPart::kLine, both.b, both, out);
  if (both.a.peak.bytes == 0 && both.b.peak.bytes == 0) return;
  write_peaks(both, frame, out);
  frame.write(plot, out);
  write_letters("end",
                {{"A", PlotPart::kArea, frame.column_of(both.a.to)},
                 {"B", PlotPart::kLine, frame.column_of(both.b.to)}},
                frame, both.style, out);
  frame.write_marks("marks A", report.lines.before.profile.data().marks, out);
  frame.write_marks("marks B", report.lines.after.profile.data().marks, out);
}

}  // namespace heaptally
