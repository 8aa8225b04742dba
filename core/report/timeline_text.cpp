#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/report/heading.h"
#include "core/report/time_plot.h"
#include "core/report/timeline_report.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

class TimelineText {
 public:
  explicit TimelineText(const TimelineReport& report)
      : report_(report),
        timeline_(report.timeline),
        frame_(timeline_.span(), report.width, report.style) {
    const std::size_t columns = plot_columns(report.dots, frame_.width());
    plot_.dots = report.dots;
    plot_.height = report.height;
    plot_.area = live_columns(timeline_, columns);
    if (report.with_rss) plot_.line = rss_columns(timeline_, report.profile.data(), columns);
    plot_.top = std::max<std::uint64_t>(1, timeline_.peak.bytes);
    for (const auto& values : {plot_.area, plot_.line}) {
      for (const std::uint64_t value : values) plot_.top = std::max(plot_.top, value);
    }
  }

  void write(std::ostream& out) const {
    out << heading() << peak_line();
    if (timeline_.peak.bytes == 0 && timeline_.rows.empty() && !report_.with_rss) {
      out << "nothing to show\n";
      return;
    }
    frame_.write(plot_, out);
    frame_.write_marks("marks", report_.profile.data().marks, out);
    write_cpu(out);
  }

 private:
  std::string heading() const {
    std::string text =
        fmt::format("# live bytes from {} to {}; a column shows the greatest within it{}\n",
                    moment_text(timeline_.from), moment_text(timeline_.to),
                    timeline_.recorded_maxima ? " (as recorded)" : "");
    if (!timeline_.recorded_maxima) {
      text += fmt::format("# only{}: at edges of time buckets, between which there may be more\n",
                          filters_text(report_.query));
    }
    if (report_.with_rss) {
      text += fmt::format("# {}: RSS of all processes together, as sampled\n",
                          report_.style.coloured(colour_of(PlotPart::kLine), "line"));
    }
    return text + incomplete_line(report_.profile.data().header);
  }

  std::string peak_line() const {
    const TimelinePeak& peak = timeline_.peak;
    if (peak.bytes == 0) return {};
    const std::size_t column = frame_.column_of(peak.time);
    const std::string text = peak_text(peak, timeline_.recorded_maxima);
    std::string line = TimePlot::label("") + ' ';
    const bool is_right = column + 2 + text.size() > frame_.width() && column > text.size();
    if (is_right) {
      line.append(column - text.size() - 1, ' ');
      return line + report_.style.bold(text + " ▼") + "\n";
    }
    return line.append(column, ' ') + report_.style.bold("▼ " + text) + "\n";
  }

  void write_cpu(std::ostream& out) const {
    if (!report_.with_cpu) return;
    if (!report_.profile.data().header.imported_from.empty()) {
      out << TimePlot::label("CPU") << " not known\n";
      return;
    }
    const std::vector<std::uint64_t> busy =
        cpu_columns(timeline_, report_.profile.data(), frame_.width());
    const std::uint64_t most = busy.empty() ? 0 : *std::max_element(busy.begin(), busy.end());
    std::string line = sparkline(busy, std::max<std::uint64_t>(most, 1));
    line.erase(line.find_last_not_of(' ') + 1);
    out << TimePlot::label("CPU") << ' ' << report_.style.coloured(Colour::kMagenta, line) << '\n'
        << TimePlot::label("") << ' '
        << fmt::format("full height: {:.2f} CPUs busy\n", static_cast<double>(most) / 1000);
  }

  const TimelineReport& report_;
  const HeapTimeline& timeline_;
  TimePlot frame_;
  Plot plot_;
};

}  // namespace

void write_text(const TimelineReport& report, std::ostream& out) {
  TimelineText(report).write(out);
}

}  // namespace heaptally
