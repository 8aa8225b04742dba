#include "viewer/model/selection.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/profile/leaks.h"
#include "core/report/heading.h"
#include "core/report/wording.h"

namespace heaptally::view {
namespace {

constexpr std::array<std::string_view, kViewMetrics> kNames = {"live", "total", "temporary",
                                                               "growth", "leaked"};

Moment moment_at(const RecordingData& data, Nanoseconds time) {
  Moment moment{.kind = Moment::Kind::kTime};
  moment.time = time;
  if (time >= run_time(data)) moment.kind = Moment::Kind::kEnd;
  return moment;
}

Moment start_of_run() {
  Moment moment;
  moment.kind = Moment::Kind::kStart;
  return moment;
}

Moment end_of_run() {
  Moment moment;
  moment.kind = Moment::Kind::kEnd;
  return moment;
}

bool is_time_of_mark(const RecordingData& data, Nanoseconds time) {
  return std::any_of(data.marks.begin(), data.marks.end(),
                     [&](const Mark& mark) { return mark.time == time; });
}

// The moment at which most is live, of those that are known.
Moment highest_moment(const Recording& recording, const Selection& selection) {
  if (!selection.range) return {};
  const RecordingData& data = recording.data();
  const auto [from, to] = *selection.range;
  const TimelinePeak peak = heap_timeline(recording.profile(selection.raw), recording.timeline(),
                                          query_of(selection), from, to)
                                .peak;
  if (peak.exact) return {};
  return moment_at(data, peak.time);
}

Measured measure_live(const Recording& recording, const Selection& selection,
                      const EventSource& events) {
  const RecordingData& data = recording.data();
  const bool at_end = selection.live_at == LiveAt::kEnd;
  Moment moment = end_of_run();
  if (!at_end) {
    moment = highest_moment(recording, selection);
  } else if (selection.range) {
    moment = moment_at(data, selection.range->to);
  }
  return {.now = take_snapshot(data, recording.timeline(), Metric::kLive, moment, events),
          .before = {},
          .note = {}};
}

Measured measure_growth(const Recording& recording, const Moment& from, const Moment& to,
                        const EventSource& events) {
  const RecordingData& data = recording.data();
  return {.now = take_snapshot(data, recording.timeline(), Metric::kLive, to, events),
          .before = take_snapshot(data, recording.timeline(), Metric::kLive, from, events),
          .note = {}};
}

Measured measure_leaked(const Recording& recording, const Selection& selection,
                        const EventSource& events) {
  const RecordingData& data = recording.data();
  LeakRange range;
  std::string note;
  if (selection.range) {
    const auto [from, to] = *selection.range;
    if (from > Nanoseconds(0)) range.from = moment_at(data, from);
    const bool starts_at_mark = from == Nanoseconds(0) || is_time_of_mark(data, from);
    const bool ends_early = to < run_time(data);
    if (ends_early && (events || (starts_at_mark && is_time_of_mark(data, to)))) {
      range.to = moment_at(data, to);
    } else if (ends_early) {
      note =
          "what the range allocated and nobody freed until the end of the run: without an event "
          "log (record --log) frees are not known up to any other moment, but from mark to mark";
    }
  }
  Leaks leaks = find_leaks(data, recording.timeline(), recording.crossings(), range, {},
                           selection.domains, events);
  return {.now = std::move(leaks.snapshot), .before = {}, .note = std::move(note)};
}

auto tied(const Selection& selection) {
  const Selection& s = selection;
  return std::tie(s.filters, s.excludes, s.all_frames, s.through, s.without, s.threads, s.processes,
                  s.domains, s.raw);
}

std::optional<std::pair<Nanoseconds, Nanoseconds>> ends_of(const std::optional<TimeSpan>& span) {
  if (!span) return {};
  return std::pair(span->from, span->to);
}

}  // namespace

std::string_view name_of(ViewMetric metric) { return kNames[static_cast<std::size_t>(metric)]; }

ViewMetric parse_view_metric(std::string_view text) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end()) {
    throw Error("--metric " + std::string(text), "is no metric",
                "choose live, total, temporary, growth or leaked", ExitCode::kUsage);
  }
  return static_cast<ViewMetric>(found - kNames.begin());
}

bool operator==(const Selection& a, const Selection& b) {
  return ends_of(a.range) == ends_of(b.range) && a.metric == b.metric && a.live_at == b.live_at &&
         a.unit == b.unit && a.merged == b.merged && a.collapse_recursion == b.collapse_recursion &&
         a.keeps_as(b);
}

bool Selection::keeps_as(const Selection& other) const { return tied(*this) == tied(other); }

bool Selection::keeps_all() const {
  return filters.empty() && excludes.empty() && through.empty() && without.empty() &&
         threads.empty() && processes.empty() && domains.empty();
}

Query query_of(const Selection& selection) {
  Query query;
  for (const std::string& text : selection.filters) {
    query.filters.push_back(parse_filter(text, true, selection.all_frames));
  }
  for (const std::string& text : selection.excludes) {
    query.filters.push_back(parse_filter(text, false, selection.all_frames));
  }
  query.through = selection.through;
  query.without = selection.without;
  query.threads = selection.threads;
  query.processes = selection.processes;
  query.domains = selection.domains;
  query.sort = selection.unit;
  return query;
}

TreeShape shape_of(const Selection& selection) {
  TreeShape shape;
  shape.collapse_recursion = selection.collapse_recursion;
  shape.merged = selection.merged;
  return shape;
}

bool is_signed(const Selection& selection) { return selection.metric == ViewMetric::kGrowth; }

Measured measure(const Recording& recording, const Selection& selection) {
  const RecordingData& data = recording.data();
  const EventSource events = selection.domains.empty() ? recording.events() : EventSource();
  Moment from = start_of_run();
  Moment to = end_of_run();
  if (selection.range) {
    if (selection.range->from > Nanoseconds(0)) from = moment_at(data, selection.range->from);
    to = moment_at(data, selection.range->to);
  }
  const auto between = [&](Metric metric) {
    if (!selection.range) return take_snapshot(data, recording.timeline(), metric, to, events);
    return take_snapshot_between(data, recording.timeline(), metric, from, to, events);
  };
  switch (selection.metric) {
    case ViewMetric::kLive:
      return measure_live(recording, selection, events);
    case ViewMetric::kTotal:
      return {.now = between(Metric::kTotal), .before = {}, .note = {}};
    case ViewMetric::kTemporary:
      return {.now = between(Metric::kTemporary), .before = {}, .note = {}};
    case ViewMetric::kGrowth:
      return measure_growth(recording, from, to, events);
    case ViewMetric::kLeaked:
      return measure_leaked(recording, selection, events);
  }
  return {};
}

std::string metric_phrase(const Selection& selection) {
  switch (selection.metric) {
    case ViewMetric::kLive:
      if (selection.live_at == LiveAt::kEnd) {
        return selection.range ? "live at the range's end" : "live at the end";
      }
      return selection.range ? "live at the range's highest moment" : "live at the peak";
    case ViewMetric::kTotal:
      return "allocated";
    case ViewMetric::kTemporary:
      return "temporary";
    case ViewMetric::kGrowth:
      return "net growth";
    case ViewMetric::kLeaked:
      return "leaked";
  }
  return {};
}

std::string phrase_of(const Recording& recording, const Selection& selection,
                      const Measured& measured) {
  const Snapshot& now = measured.now;
  const bool is_whole = !selection.range || selection.metric == ViewMetric::kLive;
  std::string text = metric_phrase(selection);
  if (is_whole && selection.metric == ViewMetric::kLive) {
    text += ", " + duration_text(now.time);
  } else if (selection.range) {
    const Nanoseconds from = measured.before ? measured.before->time : now.from_time;
    text += fmt::format(" from {} to {}", duration_text(from), duration_text(now.time));
  } else {
    text += " in the whole run";
  }
  const bool is_exact = now.exact && (!measured.before || measured.before->exact);
  text += is_exact ? " (exact)" : " (nearest known)";
  const std::string missing = incomplete_phrase(recording.data());
  if (!missing.empty()) text += "; " + missing;
  return text;
}

void History::go(Selection selection) {
  if (selection == current()) return;
  steps_.resize(at_ + 1);
  steps_.push_back(std::move(selection));
  ++at_;
}

void History::back() {
  if (can_go_back()) --at_;
}

void History::forward() {
  if (can_go_forward()) ++at_;
}

void History::reset(Selection selection) {
  steps_ = {std::move(selection)};
  at_ = 0;
}

}  // namespace heaptally::view
