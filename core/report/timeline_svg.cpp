#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/heading.h"
#include "core/report/markup.h"
#include "core/report/ticks.h"
#include "core/report/timeline_report.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

constexpr double kLeft = 76, kRight = 18;     // beside the plot
constexpr double kTitles = 50, kBottom = 54;  // above its marks, below its axis
constexpr double kNote = 18;                  // a third title
constexpr double kLane = 16;                  // of names of marks
constexpr double kCharacter = 7.25;           // the width of one, about
constexpr std::size_t kMostLanes = 3;
constexpr double kHeadroom = 1.15;         // for the name of the peak
constexpr std::uint64_t kRssOffScale = 8;  // times the peak

constexpr std::string_view kTimelineStyle = R"(
text { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; fill: #1c2024; }
.title { font-weight: bold; font-size: 14px; }
.page { fill: #ffffff; }
.grid { stroke: #e3e7eb; } .axis { stroke: #8a949e; }
.live { fill: #b9d4ee; stroke: #2f6db3; stroke-width: 1; }
.rss { fill: none; stroke: #c2651a; stroke-width: 1.5; }
.mark { stroke: #2b7a52; stroke-dasharray: 3 3; } .name { fill: #2b7a52; }
.peak { fill: #1c2024; }
.label { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; }
@media (prefers-color-scheme: dark) {
text { fill: #e6e9ec } .page { fill: #1c2024 }
.grid { stroke: #30373e } .axis { stroke: #7d8791 }
.live { fill: #2f5379; stroke: #7fb2e5 } .rss { stroke: #f0a35e }
.mark { stroke: #6fcf9f } .name { fill: #6fcf9f } .peak { fill: #e6e9ec }
.label { stroke: #1c2024 }
}
)";

std::uint64_t greatest(const std::vector<std::uint64_t>& values) {
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

std::size_t fitting(double pixels) {
  return pixels < kCharacter ? 0 : static_cast<std::size_t>(pixels / kCharacter);
}

// Where the name of a mark stands: none if there is no room.
struct Name {
  const Mark* mark;
  double x;
  std::size_t lane;
  bool is_left;  // of its line
};

class TimelineSvg {
 public:
  TimelineSvg(const TimelineReport& report, std::ostream& out)
      : report_(report),
        timeline_(report.timeline),
        out_(out),
        width_(static_cast<double>(report.width)),
        height_(static_cast<double>(report.height)),
        columns_(static_cast<std::size_t>(std::max(1.0, width_ - kLeft - kRight))) {
    live_ = live_columns(timeline_, columns_);
    rss_ = rss_columns(timeline_, data(), columns_);
    const std::uint64_t live = std::max({std::uint64_t{1}, timeline_.peak.bytes, greatest(live_)});
    has_rss_ = greatest(rss_) != 0;
    draws_rss_ = has_rss_ && (report.with_rss || greatest(rss_) / kRssOffScale <= live);
    top_ = static_cast<double>(draws_rss_ ? std::max(live, greatest(rss_)) : live) * kHeadroom;
    place_names();
    incomplete_ = incomplete_line(data().header);
    names_at_ = incomplete_.empty() ? kTitles : kTitles + kNote;
    upper_ = names_at_ + static_cast<double>(lanes_) * kLane;
    lower_ = std::max(upper_ + 1, height_ - kBottom);
  }

  void write() {
    out_ << fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" "
        "viewBox=\"0 0 {0:g} {1:g}\" role=\"img\">\n",
        width_, height_);
    out_ << "<title>" << escaped(heading()) << "</title>\n<style>" << kTimelineStyle
         << "</style>\n";
    out_ << fmt::format("<rect class=\"page\" width=\"{:g}\" height=\"{:g}\"/>\n", width_, height_);
    write_titles();
    write_sizes();
    write_curves();
    write_times();
    write_marks();
    write_peak();
    write_legend();
    out_ << "</svg>\n";
  }

 private:
  const RecordingData& data() const { return report_.profile.data(); }

  double x_of(Nanoseconds time) const {
    const auto whole = static_cast<double>((timeline_.to - timeline_.from).count());
    if (whole <= 0) return kLeft;
    const double share = static_cast<double>((time - timeline_.from).count()) / whole;
    return kLeft + std::clamp(share, 0.0, 1.0) * static_cast<double>(columns_);
  }
  double y_of(std::uint64_t bytes) const {
    return lower_ - static_cast<double>(bytes) / top_ * (lower_ - upper_);
  }

  void text(double x, double y, std::string_view attributes, std::string_view content) {
    out_ << fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\"{}>{}</text>\n", x, y, attributes,
                        escaped(content));
  }
  void line(std::string_view style, double x1, double y1, double x2, double y2) {
    out_ << fmt::format(
        "<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", style, x1,
        y1, x2, y2);
  }

  std::string heading() const {
    return fmt::format(
        "live bytes from {} to {}{}{}", moment_text(timeline_.from), moment_text(timeline_.to),
        filters_text(report_.query),
        timeline_.recorded_maxima ? "" : ", at edges of time buckets, between which may be more");
  }

  void write_titles() {
    constexpr double kMargin = 10;
    const std::size_t room = fitting(width_ - 2 * kMargin);
    std::string command;
    for (const std::string& argument : data().header.command) {
      command += (command.empty() ? "" : " ") + argument;
    }
    // The title's characters are larger.
    text(kMargin, 20, " class=\"title\"", command_text(command, room * 12 / 14));
    text(kMargin, 38, "", cut_text(heading(), room));
    if (incomplete_.empty()) return;
    // Between "# " and the newline.
    const std::string note = incomplete_.substr(2, incomplete_.size() - 3);
    text(kMargin, 56, "", cut_text(note, room));
  }

  // The marks that lie within; the names of as many as have room.
  void place_names() {
    std::vector<double> taken;
    for (const Mark& mark : data().marks) {
      if (mark.time < timeline_.from || mark.time > timeline_.to) continue;
      Name name = {.mark = &mark, .x = x_of(mark.time), .lane = kMostLanes, .is_left = false};
      const double width = static_cast<double>(characters(printable(mark.name)) + 2) * kCharacter;
      name.is_left = name.x + width > width_;
      const double start = name.is_left ? name.x - width : name.x;
      std::size_t lane = 0;
      while (lane < taken.size() && taken[lane] > start) ++lane;
      if (start >= 0 && lane < kMostLanes) {
        if (lane == taken.size()) taken.push_back(0);
        taken[lane] = start + width;
        name.lane = lane;
      }
      names_.push_back(name);
    }
    lanes_ = taken.size();
  }

  void write_marks() {
    double last = -1;
    for (const Name& name : names_) {
      const bool has_room = name.lane < kMostLanes;
      // Thousands would fill the picture.
      if (!has_room && name.x - last < 1) continue;
      last = name.x;
      out_ << fmt::format("<g><title>{}, {}</title>\n", escaped(printable(name.mark->name)),
                          moment_text(name.mark->time));
      line("mark", name.x, has_room ? lane_at(name.lane) : upper_, name.x, lower_);
      out_ << "</g>\n";
    }
    // Over all lines.
    for (const Name& name : names_) {
      if (name.lane >= kMostLanes) continue;
      text(name.x + (name.is_left ? -4 : 4), lane_at(name.lane) + 11,
           name.is_left ? " class=\"name label\" text-anchor=\"end\"" : " class=\"name label\"",
           printable(name.mark->name));
    }
  }
  double lane_at(std::size_t lane) const { return names_at_ + static_cast<double>(lane) * kLane; }

  void write_sizes() {
    constexpr double kApart = 40;
    const auto most = static_cast<std::size_t>(std::max(2.0, (lower_ - upper_) / kApart));
    const auto top = static_cast<std::uint64_t>(top_);
    const Ticks ticks = size_ticks(top, most);
    for (std::uint64_t i = 0; i <= top / ticks.step; ++i) {
      const double y = y_of(i * ticks.step);
      line(i == 0 ? "axis" : "grid", kLeft, y, width_ - kRight, y);
      text(kLeft - 8, y + 4, " text-anchor=\"end\"", i == 0 ? "0 B" : ticks.text(i * ticks.step));
    }
  }

  void write_times() {
    constexpr double kApart = 90;
    const Nanoseconds whole = timeline_.to - timeline_.from;
    const auto most =
        static_cast<std::size_t>(std::max(1.0, static_cast<double>(columns_) / kApart));
    const Ticks ticks = time_ticks(whole, most);
    const auto from = static_cast<std::uint64_t>(std::max<std::int64_t>(timeline_.from.count(), 0));
    const auto to = static_cast<std::uint64_t>(std::max<std::int64_t>(timeline_.to.count(), 0));
    for (std::uint64_t time = (from + ticks.step - 1) / ticks.step * ticks.step; time <= to;
         time += ticks.step) {
      const double x = x_of(Nanoseconds(static_cast<std::int64_t>(time)));
      const std::string label = ticks.text(time);
      line("axis", x, lower_, x, lower_ + 5);
      const double half = static_cast<double>(label.size()) * kCharacter / 2;
      if (x + half <= width_) text(x, lower_ + 19, " text-anchor=\"middle\"", label);
    }
  }

  // Steps: each column as high as its value, drawn where that changes.
  std::string steps(const std::vector<std::uint64_t>& values, std::size_t first) const {
    std::string path =
        fmt::format("M{:g} {:.1f}", kLeft + static_cast<double>(first), y_of(values[first]));
    for (std::size_t i = first + 1; i < values.size(); ++i) {
      if (values[i] == values[i - 1]) continue;
      path += fmt::format("H{:g}V{:.1f}", kLeft + static_cast<double>(i), y_of(values[i]));
    }
    return path + fmt::format("H{:g}", kLeft + static_cast<double>(values.size()));
  }

  void write_curves() {
    out_ << fmt::format("<path class=\"live\" d=\"{}V{:.1f}H{:g}Z\"/>\n", steps(live_, 0), lower_,
                        kLeft);
    if (!draws_rss_) return;
    // Before the first sample it is not known.
    const auto known =
        std::find_if(rss_.begin(), rss_.end(), [](std::uint64_t bytes) { return bytes != 0; });
    out_ << fmt::format("<path class=\"rss\" d=\"{}\"/>\n",
                        steps(rss_, static_cast<std::size_t>(known - rss_.begin())));
  }

  void write_peak() {
    const TimelinePeak& peak = timeline_.peak;
    if (peak.bytes == 0) return;
    const double x = x_of(peak.time), y = y_of(peak.bytes);
    const std::string label =
        fmt::format("peak {} at {}{}", size_text(peak.bytes), duration_text(peak.time),
                    peak.exact                  ? ""
                    : timeline_.recorded_maxima ? " or just before"
                                                : " (an edge)");
    const double width = static_cast<double>(characters(label) + 1) * kCharacter;
    const bool is_left = x + width > width_ - kRight && x - width > kLeft;
    out_ << fmt::format("<circle class=\"peak\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\"/>\n", x, y);
    text(x + (is_left ? -7 : 7), y - 6,
         is_left ? " class=\"label\" text-anchor=\"end\"" : " class=\"label\"", label);
  }

  void write_legend() {
    constexpr double kSample = 20, kApart = 3 * kCharacter;
    std::string live = "live, the greatest within a pixel", rss;
    if (draws_rss_) rss = "RSS of all processes";
    if (has_rss_ && !draws_rss_)
      rss = fmt::format("RSS, up to {}: --rss", size_text(greatest(rss_)));
    const auto width = [&] {
      return 2 * kSample + kApart + static_cast<double>(live.size() + rss.size()) * kCharacter;
    };
    if (kLeft + width() > width_) live = "live";
    const double y = height_ - 12;
    out_ << fmt::format("<path class=\"live\" d=\"M{:g} {:g}h14v-9h-14z\"/>\n", kLeft, y);
    text(kLeft + kSample, y, "", live);
    if (rss.empty()) return;
    const double x = kLeft + kSample + kApart + static_cast<double>(live.size()) * kCharacter;
    if (draws_rss_) out_ << fmt::format("<path class=\"rss\" d=\"M{:g} {:g}h14\"/>\n", x, y - 4);
    text(x + (draws_rss_ ? kSample : 0), y, "", rss);
  }

  const TimelineReport& report_;
  const HeapTimeline& timeline_;
  std::ostream& out_;
  double width_, height_;
  std::size_t columns_;  // pixels of the plot
  std::vector<std::uint64_t> live_, rss_;
  bool has_rss_ = false, draws_rss_ = false;
  double top_ = 1;  // bytes at the upper edge
  std::vector<Name> names_;
  std::size_t lanes_ = 0;
  std::string incomplete_;        // why the numbers may be too low
  double names_at_ = 0;           // the upper edge of the names of marks
  double upper_ = 0, lower_ = 0;  // edges of the plot
};

}  // namespace

void write_svg(const TimelineReport& report, std::ostream& out) {
  TimelineSvg(report, out).write();
}

}  // namespace heaptally
