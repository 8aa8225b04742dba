#include "viewer/model/source_view.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>

#include "core/profile/annotation.h"
#include "core/profile/tree.h"
#include "core/report/source_lines.h"
#include "core/report/wording.h"

namespace heaptally::view {
namespace {

constexpr std::size_t kLongestLine = 1000;
constexpr std::size_t kTab = 4;

Snapshot snapshot_of(const Recording& recording, Selection selection, ViewMetric metric,
                     LiveAt live_at) {
  selection.metric = metric;
  selection.live_at = live_at;
  return view::measure(recording, selection).now;
}

std::string spaced(std::string_view text) {
  std::string result;
  result.reserve(std::min(text.size(), kLongestLine));
  for (const char c : text.substr(0, kLongestLine)) {
    if (c == '\t') {
      result.append(kTab - result.size() % kTab, ' ');
    } else {
      result += c;
    }
  }
  // What was cut may have been within a character.
  while (text.size() > kLongestLine && !result.empty() &&
         (static_cast<unsigned char>(result.back()) & 0x80U) != 0) {
    result.pop_back();
  }
  return printable(result);
}

std::uint64_t heat_size(const HotLine& line, SortBy unit, bool is_signed) {
  if (!is_signed) return measure(unit, line.amount);
  const std::int64_t change = unit == SortBy::kSize ? line.change.bytes : line.change.count;
  return static_cast<std::uint64_t>(std::abs(change));
}

std::vector<HotLine> hot_lines(const Recording& recording, const Lines& lines,
                               const std::string& file) {
  const Selection& selection = lines.question.selection;
  const Profile& profile = recording.profile(selection.raw);
  const Places& places = profile.places();
  std::map<std::uint32_t, HotLine> hot;
  const Snapshot live = snapshot_of(recording, selection, ViewMetric::kLive, LiveAt::kEnd);
  const Snapshot peak = snapshot_of(recording, selection, ViewMetric::kLive, LiveAt::kPeak);
  const Snapshot total = snapshot_of(recording, selection, ViewMetric::kTotal, LiveAt::kEnd);
  const Annotation annotation = annotate(profile, {.live = live, .peak = peak, .total = total},
                                         query_of(lines.question), find_source(profile, file), {});
  for (const AnnotatedLine& line : annotation.lines) {
    HotLine& known = hot[line.line];
    known.live = line.live;
    known.peak = line.peak;
    known.total = line.total;
  }
  for (const LineRow& row : lines.rows) {
    const Place& place = places[row.key.place];
    if (!place.source || places.where(row.key.place) != file) continue;
    HotLine& known = hot[place.line];
    known.amount = row.amount;
    known.change = row.change;
    known.key = row.key;
  }
  std::vector<HotLine> result;
  result.reserve(hot.size());
  for (auto& [number, line] : hot) {
    line.line = number;
    result.push_back(line);
  }
  return result;
}

bool is_newer_than(const std::string& path, const Header& header) {
  std::error_code problem;
  const auto written = std::filesystem::last_write_time(path, problem);
  if (problem || header.start_unix_ns == 0) return false;
  const auto since = std::chrono::file_clock::to_sys(written).time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count() > header.start_unix_ns;
}

void read_lines(SourceView& view) {
  SourceLines source;
  view.known = source.count(view.found.path);
  Syntax syntax(view.file);
  view.lines.reserve(view.known);
  for (std::uint32_t number = 1; number <= view.known; ++number) {
    std::string text = spaced(source.line(view.found.path, number));
    view.longest = std::max(view.longest, characters(text));
    std::vector<Token> tokens = syntax.line(text);
    view.lines.push_back(
        {.number = number, .text = std::move(text), .tokens = std::move(tokens), .hot = {}});
  }
}

}  // namespace

SourceView source_view(const Recording& recording, const Lines& lines, const std::string& file,
                       const SourcePaths& paths) {
  const Header& header = recording.data().header;
  SourceView view;
  view.file = file;
  view.hot = hot_lines(recording, lines, file);
  view.found = find_source_file(file, header.working_directory, paths);
  if (!view.found.path.empty()) {
    read_lines(view);
    view.is_newer = is_newer_than(view.found.path, header);
  }
  const Selection& selection = lines.question.selection;
  for (std::uint32_t i = 0; i < view.hot.size(); ++i) {
    const HotLine& hot = view.hot[i];
    view.largest = std::max(view.largest, heat_size(hot, selection.unit, is_signed(selection)));
    if (hot.line >= 1 && hot.line <= view.known) {
      view.lines[hot.line - 1].hot = i;
      continue;
    }
    view.is_too_short = view.is_too_short || (view.known != 0 && hot.line > view.known);
    view.lines.push_back({.number = hot.line, .text = {}, .tokens = {}, .hot = i});
  }
  std::stable_sort(view.lines.begin(), view.lines.end(),
                   [](const auto& a, const auto& b) { return a.number < b.number; });
  return view;
}

std::optional<std::size_t> index_of_line(const SourceView& view, std::uint32_t line) {
  const auto found = std::lower_bound(
      view.lines.begin(), view.lines.end(), line,
      [](const SourceLine& of, std::uint32_t number) { return of.number < number; });
  if (found == view.lines.end() || found->number != line) return {};
  return static_cast<std::size_t>(found - view.lines.begin());
}

std::optional<std::uint32_t> next_hot(const SourceView& view, std::uint32_t line, bool backwards) {
  std::optional<std::uint32_t> before;
  for (const HotLine& hot : view.hot) {
    if (hot.line > line && !backwards) return hot.line;
    if (hot.line < line || !backwards) before = hot.line;
  }
  if (before || view.hot.empty()) return before;
  return view.hot.front().line;
}

std::optional<std::uint32_t> hottest(const SourceView& view, SortBy unit) {
  if (view.hot.empty()) return {};
  return std::max_element(view.hot.begin(), view.hot.end(),
                          [&](const HotLine& a, const HotLine& b) {
                            return measure(unit, a.amount) < measure(unit, b.amount);
                          })
      ->line;
}

double heat_of(const SourceView& view, const HotLine& line, SortBy unit, bool is_signed) {
  if (view.largest == 0) return 0;
  return static_cast<double>(heat_size(line, unit, is_signed)) / static_cast<double>(view.largest);
}

}  // namespace heaptally::view
