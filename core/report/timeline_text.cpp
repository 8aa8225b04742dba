#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/heading.h"
#include "core/report/ticks.h"
#include "core/report/timeline_report.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

constexpr std::size_t kLabelWidth = 9;  // "1000 MiB "
constexpr std::size_t kLeastWidth = 20;

class TimelineText {
 public:
  explicit TimelineText(const TimelineReport& report)
      : report_(report),
        timeline_(report.timeline),
        width_(std::max(report.width, kLeastWidth + kLabelWidth + 1) - kLabelWidth - 1) {
    const std::size_t columns = plot_columns(report.dots, width_);
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
    const Ticks ticks = size_ticks(plot_.top, std::max<std::size_t>(2, plot_.height / 2));
    std::vector<std::string> labels(plot_.height);
    for (std::uint64_t i = 1; i <= plot_.top / ticks.step; ++i) {
      labels[plot_line(plot_, i * ticks.step)] = ticks.text(i * ticks.step);
    }
    const std::vector<std::string> lines = draw(plot_, report_.style);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::string& label = labels[plot_.height - 1 - i];
      out << label_text(label) << (label.empty() ? "│" : "┤") << lines[i] << '\n';
    }
    write_time_axis(out);
    write_marks(out);
    write_cpu(out);
  }

 private:
  static std::string label_text(std::string_view label) {
    return fmt::format("{:>{}} ", label, kLabelWidth - 1);
  }

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
                          report_.style.coloured(Colour::kYellow, "line"));
    }
    return text + incomplete_line(report_.profile.data().header);
  }

  std::string peak_line() const {
    const TimelinePeak& peak = timeline_.peak;
    if (peak.bytes == 0) return {};
    const std::size_t column = column_of(timeline_, peak.time, width_);
    const std::string text =
        fmt::format("peak {} at {}{}", size_text(peak.bytes), duration_text(peak.time),
                    peak.exact                  ? ""
                    : timeline_.recorded_maxima ? " or just before"
                                                : " (an edge)");
    std::string line(kLabelWidth + 1, ' ');
    const bool is_right = column + 2 + text.size() > width_ && column > text.size();
    if (is_right) {
      line.append(column - text.size() - 1, ' ');
      return line + report_.style.bold(text + " ▼") + "\n";
    }
    return line.append(column, ' ') + report_.style.bold("▼ " + text) + "\n";
  }

  void write_time_axis(std::ostream& out) const {
    const Nanoseconds whole = timeline_.to - timeline_.from;
    const Ticks ticks = time_ticks(whole, std::max<std::size_t>(1, width_ / 14));
    std::vector<std::string> axis(width_, "─");
    std::string labels;
    const auto from = static_cast<std::uint64_t>(std::max<std::int64_t>(timeline_.from.count(), 0));
    const auto to = static_cast<std::uint64_t>(std::max<std::int64_t>(timeline_.to.count(), 0));
    for (std::uint64_t time = (from + ticks.step - 1) / ticks.step * ticks.step; time <= to;
         time += ticks.step) {
      const std::size_t column =
          column_of(timeline_, Nanoseconds(static_cast<std::int64_t>(time)), width_);
      const std::string text = ticks.text(time);
      if (column < labels.size() || column + text.size() > width_) continue;
      axis[column] = "┬";
      labels.append(column - labels.size(), ' ').append(text);
      labels += ' ';
    }
    out << label_text("0 B") << "└";
    for (const std::string& part : axis) out << part;
    labels.erase(labels.find_last_not_of(' ') + 1);
    out << '\n' << std::string(kLabelWidth + 1, ' ') << labels << '\n';
  }

  // The marks that lie within, as far as there is room beside each other.
  void write_marks(std::ostream& out) const {
    std::string line;
    std::size_t taken = 0;
    for (const Mark& mark : report_.profile.data().marks) {
      if (mark.time < timeline_.from || mark.time > timeline_.to) continue;
      const std::size_t column = column_of(timeline_, mark.time, width_);
      const std::string name = printable(mark.name);
      if (column < taken) continue;
      line.append(column - taken, ' ').append("▲");
      taken = column + 1;
      if (column + 1 + characters(name) > width_) continue;
      line += name + " ";
      taken += characters(name) + 1;
    }
    if (taken == 0) return;
    line.erase(line.find_last_not_of(' ') + 1);
    out << label_text("marks") << ' ' << report_.style.coloured(Colour::kGreen, line) << '\n';
  }

  void write_cpu(std::ostream& out) const {
    if (!report_.with_cpu) return;
    if (!report_.profile.data().header.imported_from.empty()) {
      out << label_text("CPU") << " not known\n";
      return;
    }
    const std::vector<std::uint64_t> busy = cpu_columns(timeline_, report_.profile.data(), width_);
    const std::uint64_t most = busy.empty() ? 0 : *std::max_element(busy.begin(), busy.end());
    std::string line = sparkline(busy, std::max<std::uint64_t>(most, 1));
    line.erase(line.find_last_not_of(' ') + 1);
    out << label_text("CPU") << ' ' << report_.style.coloured(Colour::kMagenta, line) << '\n'
        << std::string(kLabelWidth + 1, ' ')
        << fmt::format("full height: {:.2f} CPUs busy\n", static_cast<double>(most) / 1000);
  }

  const TimelineReport& report_;
  const HeapTimeline& timeline_;
  std::size_t width_;  // of the plot, in characters
  Plot plot_;
};

}  // namespace

void write_text(const TimelineReport& report, std::ostream& out) {
  TimelineText(report).write(out);
}

}  // namespace heaptally
