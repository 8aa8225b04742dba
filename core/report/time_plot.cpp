#include "core/report/time_plot.h"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/ticks.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

constexpr std::size_t kLabelWidth = 9;  // "1000 MiB "
constexpr std::size_t kLeastWidth = 20;

std::uint64_t nanoseconds(Nanoseconds time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
}

}  // namespace

std::string peak_text(const TimelinePeak& peak, bool recorded_maxima) {
  return fmt::format("peak {} at {}{}", size_text(peak.bytes), duration_text(peak.time),
                     peak.exact        ? ""
                     : recorded_maxima ? " or just before"
                                       : " (an edge)");
}

TimePlot::TimePlot(const TimeSpan& span, std::size_t width, const Style& style)
    : span_(span),
      width_(std::max(width, kLeastWidth + kLabelWidth + 1) - kLabelWidth - 1),
      style_(style) {}

std::string TimePlot::label(std::string_view text) {
  return fmt::format("{:>{}} ", text, kLabelWidth - 1);
}

void TimePlot::write(const Plot& plot, std::ostream& out) const {
  const Ticks ticks = size_ticks(plot.top, std::max<std::size_t>(2, plot.height / 2));
  std::vector<std::string> labels(plot.height);
  for (std::uint64_t i = 1; i <= plot.top / ticks.step; ++i) {
    labels[plot_line(plot, i * ticks.step)] = ticks.text(i * ticks.step);
  }
  const std::vector<std::string> lines = draw(plot, style_);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& text = labels[plot.height - 1 - i];
    out << label(text) << (text.empty() ? "│" : "┤") << lines[i] << '\n';
  }
  write_time_axis(out);
}

void TimePlot::write_time_axis(std::ostream& out) const {
  const Ticks ticks = time_ticks(span_.to - span_.from, std::max<std::size_t>(1, width_ / 14));
  std::vector<std::string> axis(width_, "─");
  std::string labels;
  const std::uint64_t from = nanoseconds(span_.from), to = nanoseconds(span_.to);
  for (std::uint64_t time = (from + ticks.step - 1) / ticks.step * ticks.step; time <= to;
       time += ticks.step) {
    const std::size_t column = column_of(Nanoseconds(static_cast<std::int64_t>(time)));
    const std::string text = ticks.text(time);
    if (column < labels.size() || column + text.size() > width_) continue;
    axis[column] = "┬";
    labels.append(column - labels.size(), ' ').append(text);
    labels += ' ';
  }
  out << label("0 B") << "└";
  for (const std::string& part : axis) out << part;
  labels.erase(labels.find_last_not_of(' ') + 1);
  out << '\n' << label("") << ' ' << labels << '\n';
}

void TimePlot::write_marks(std::string_view name, const std::vector<Mark>& marks,
                           std::ostream& out) const {
  std::string line;
  std::size_t taken = 0;
  for (const Mark& mark : marks) {
    if (mark.time < span_.from || mark.time > span_.to) continue;
    const std::size_t column = column_of(mark.time);
    const std::string text = printable(mark.name);
    if (column < taken) continue;
    line.append(column - taken, ' ').append("▲");
    taken = column + 1;
    if (column + 1 + characters(text) > width_) continue;
    line += text + " ";
    taken += characters(text) + 1;
  }
  if (taken == 0) return;
  line.erase(line.find_last_not_of(' ') + 1);
  out << label(name) << ' ' << style_.coloured(Colour::kGreen, line) << '\n';
}

}  // namespace heaptally
