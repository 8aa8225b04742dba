#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/size_text.h"
#include "core/report/annotation_report.h"
#include "core/report/heading.h"
#include "core/report/source_lines.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

constexpr std::array<std::string_view, 4> kHeats = {"live", "peak", "total", "count"};
// Light yellow to red, of the palette of 256 colours, with black on it.
constexpr std::array<int, 5> kShades = {230, 223, 216, 209, 203};

std::uint64_t heat_of(const AnnotatedLine& line, Heat heat) {
  switch (heat) {
    case Heat::kLive:
      return line.live.bytes;
    case Heat::kPeak:
      return line.peak.bytes;
    case Heat::kTotal:
      return line.total.bytes;
    case Heat::kCount:
      break;
  }
  return line.total.count;
}

// Control characters, which would move the cursor, do not leave here; tabs are blanks.
std::string shown_text(std::string_view text) {
  constexpr std::size_t kTab = 8;
  std::string result;
  for (const char character : text) {
    if (character == '\t') {
      result.append(kTab - result.size() % kTab, ' ');
    } else {
      result += printable({&character, 1});
    }
  }
  return result;
}

// Whether the source was written after the recording, so that lines may have moved.
bool is_newer(const std::string& path, const Header& header) {
  struct stat status {};
  if (header.start_unix_ns == 0) return false;  // imported: nobody knows
  if (stat(path.c_str(), &status) != 0) return false;
  return status.st_mtim.tv_sec > header.start_unix_ns / 1'000'000'000;
}

std::string heading(const AnnotationReport& report) {
  const RecordingData& data = report.profile.data();
  const auto& [file, lines, sum, function] = report.annotation;
  const AnnotationSnapshots& snapshots = report.snapshots;
  std::string text =
      fmt::format("# {}{}\n", printable(file), report.query.cumulative ? ", cumulative" : "");
  text += fmt::format("# live at {}; at peak: {}; total {} {}\n",
                      moment_phrase(data, snapshots.live), moment_phrase(data, snapshots.peak),
                      stretch_phrase(snapshots.total), moment_phrase(data, snapshots.total));
  if (!report.query.cumulative) {
    text += fmt::format("# {}: live {}, at peak {}, total {}\n",
                        function ? fmt::format("lines {} to {}", function->first, function->second)
                                 : counted(lines.size(), "line"),
                        amount_text(sum.live, Metric::kLive), amount_text(sum.peak, Metric::kLive),
                        amount_text(sum.total, Metric::kTotal));
  }
  if (const std::string filters = filters_text(report.query); !filters.empty()) {
    text += fmt::format("# only{}\n", filters);
  }
  if (report.path.empty()) {
    text += "# the source cannot be read here; --source-root names the folder where it is\n";
  } else if (is_newer(report.path, data.header)) {
    text += fmt::format("# {} was changed after the recording: lines may have moved\n",
                        printable(report.path));
  }
  return text + incomplete_line(data.header);
}

// Purpose: the lines of one source with what they amount to.
class Listing {
 public:
  Listing(const AnnotationReport& report, std::ostream& out)
      : report_(report), out_(out), known_(source_.count(report.path)) {
    std::size_t last = known_;
    for (const AnnotatedLine& line : report.annotation.lines) {
      hottest_ = std::max(hottest_, heat_of(line, report.heat));
      last = std::max<std::size_t>(last, line.line);
    }
    digits_ = std::to_string(last).size();
  }

  void write() {
    out_ << fmt::format("{:>9}  {:>9}  {:>9}  {:>9}\n", "live", "at peak", "total", "count");
    auto next = report_.annotation.lines.begin();
    const auto end = report_.annotation.lines.end();
    if (next != end && next->line == 0) write_line(0, &*next++);
    std::size_t before = 0;
    for (const auto& [first, last] : stretches()) {
      if (before != 0 && known_ != 0 && first > before + 1)
        out_ << fmt::format("{:>{}}\n", "...", 44 + digits_);
      for (std::size_t line = first; line <= last && out_; ++line) {
        const bool has_amounts = next != end && next->line == line;
        write_line(line, has_amounts ? &*next++ : nullptr);
      }
      before = last;
    }
  }

 private:
  using Stretch = std::pair<std::size_t, std::size_t>;  // the first and the last line

  // What is shown, in order. Lines with amounts are, even if the source has become shorter.
  std::vector<Stretch> stretches() const {
    Stretch bounds = {1, std::max<std::size_t>(1, known_)};
    std::optional<std::size_t> context = report_.context;
    if (known_ == 0) context = 0;
    if (const auto& function = report_.annotation.function) {
      constexpr std::size_t kAround = 3;  // of a function only the lines of calls are known
      bounds = {function->first - std::min<std::size_t>(function->first - 1, kAround),
                std::min<std::size_t>(function->second + kAround, bounds.second)};
    }
    std::vector<Stretch> result;
    if (!context) result.push_back(bounds);
    for (const AnnotatedLine& line : report_.annotation.lines) {
      if (line.line == 0) continue;
      const std::size_t around = context.value_or(0);
      const std::size_t first =
          std::max(bounds.first, line.line - std::min<std::size_t>(line.line - 1, around));
      const std::size_t last = std::min(bounds.second, line.line + std::min(around, known_));
      add({std::min<std::size_t>(first, line.line), std::max<std::size_t>(last, line.line)},
          result);
    }
    return result;
  }

  static void add(Stretch stretch, std::vector<Stretch>& to) {
    if (!to.empty() && stretch.first <= to.back().second + 1) {
      to.back().second = std::max(to.back().second, stretch.second);
    } else {
      to.push_back(stretch);
    }
  }

  void write_line(std::size_t line, const AnnotatedLine* amounts) {
    std::string text = gutter(amounts);
    const std::size_t width = text.size();
    if (amounts != nullptr && report_.colours)
      text = coloured(text, heat_of(*amounts, report_.heat));
    text += fmt::format("  {:>{}}", line == 0 ? "?" : std::to_string(line), digits_);
    std::string source =
        line == 0 ? "(the line is not known)"
                  : shown_text(source_.line(report_.path, static_cast<std::uint32_t>(line)));
    const std::size_t taken = width + digits_ + 4;
    if (report_.width > taken) source = cut_text(source, report_.width - taken);
    if (!source.empty()) text += "  " + source;
    text.erase(text.find_last_not_of(' ') + 1);
    out_ << text << '\n';
  }

  static std::string gutter(const AnnotatedLine* line) {
    if (line == nullptr) return std::string(42, ' ');
    const auto size = [](Amount amount) {
      return amount == Amount{} ? std::string() : size_text(amount.bytes);
    };
    return fmt::format("{:>9}  {:>9}  {:>9}  {:>9}", size(line->live), size(line->peak),
                       size(line->total),
                       line->total.count == 0 ? std::string() : grouped_text(line->total.count));
  }

  // By the root of the share: what is a hundredth of the hottest line is still seen.
  std::string coloured(const std::string& text, std::uint64_t heat) const {
    if (heat == 0 || hottest_ == 0) return text;
    const double share = std::sqrt(static_cast<double>(heat) / static_cast<double>(hottest_));
    const auto shade =
        std::min(kShades.size() - 1, static_cast<std::size_t>(share * kShades.size()));
    return fmt::format("\x1b[38;5;16;48;5;{}m{}\x1b[0m", kShades[shade], text);
  }

  const AnnotationReport& report_;
  std::ostream& out_;
  SourceLines source_;
  std::size_t known_;  // lines that the source has; 0: it cannot be read
  std::size_t digits_ = 1;
  std::uint64_t hottest_ = 0;
};

}  // namespace

Heat parse_heat(std::string_view text) {
  const auto found = std::find(kHeats.begin(), kHeats.end(), text);
  if (found != kHeats.end()) return static_cast<Heat>(found - kHeats.begin());
  throw Error("--heat " + std::string(text), "is no column", "choose live, peak, total or count",
              ExitCode::kUsage);
}

void write_text(const AnnotationReport& report, std::ostream& out) {
  out << heading(report);
  Listing(report, out).write();
}

}  // namespace heaptally
