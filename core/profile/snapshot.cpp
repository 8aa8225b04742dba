#include "core/profile/snapshot.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/profile/event_sums.h"
#include "core/profile/processes.h"

namespace heaptally {
namespace {

constexpr std::array<std::string_view, 3> kMetrics = {"live", "total", "temporary"};

double seconds_of(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

// Differences of counts that a damaged recording may take below zero.
Amount at_least_zero(Amount amount) {
  const auto clamp = [](std::uint64_t value) {
    return static_cast<std::int64_t>(value) < 0 ? std::uint64_t{0} : value;
  };
  return {clamp(amount.bytes), clamp(amount.count)};
}

// Adds up the buckets that end at or before `moment` and returns the moment that the sum is of.
// `covered`: the end of the last of them.
Nanoseconds sum_buckets(const BucketSource& buckets, Metric metric, Nanoseconds moment,
                        std::vector<Amount>& amounts, Nanoseconds& covered) {
  Nanoseconds edge = moment;
  buckets([&](const Bucket& bucket) {
    if (bucket.start >= moment) return false;
    if (bucket.start + bucket.width > moment) {
      edge = bucket.start;
      return false;
    }
    covered = bucket.start + bucket.width;
    for (const TallyDelta& delta : bucket.deltas) {
      if (index_of(delta.id) >= amounts.size()) continue;
      Amount& amount = amounts[index_of(delta.id)];
      if (metric == Metric::kTemporary) {
        amount += delta.temporary;
      } else {
        amount += delta.allocated;
        if (metric == Metric::kLive) amount -= delta.freed;
      }
    }
    return true;
  });
  return edge;
}

// Adds up what came before the end of `range` and returns the moment that the sum is of: with an
// event log `moment` itself.
Nanoseconds sum_until(const BucketSource& buckets, const EventSource& events, Metric metric,
                      Nanoseconds moment, EventRange range, std::vector<Amount>& amounts) {
  Nanoseconds covered{0};
  const Nanoseconds edge = sum_buckets(buckets, metric, moment, amounts, covered);
  if (!events) return edge;
  range.from = covered;
  const EventSums sums = sum_events(events, amounts.size(), range);
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    if (metric == Metric::kTemporary) {
      amounts[i] += sums.temporary[i];
    } else {
      amounts[i] += sums.allocated[i];
      if (metric == Metric::kLive) amounts[i] -= sums.gone[i];
    }
  }
  return moment;
}

// The same, until the peak of the run or of a process image, its own allocation included where
// there is an event log.
Nanoseconds sum_until_peak(const RecordingData& data, const BucketSource& buckets,
                           const EventSource& events, Metric metric, std::optional<ProcessId> image,
                           std::vector<Amount>& amounts) {
  const Nanoseconds peak =
      image ? data.processes[index_of(*image)].peak_time : data.header.peak_time;
  EventRange range = {.to = peak};
  // That of an unfinished recording is an edge, and no allocation's.
  if (events && data.header.complete) range = until_peak(data, events, image);
  return sum_until(buckets, events, metric, peak, range, amounts);
}

// Of the images of processes with this PID, the one with the greatest peak.
ProcessId image_of_peak(const RecordingData& data, const Processes& processes,
                        const Moment& asked) {
  const Process* found = nullptr;
  for (const Process& image : data.processes) {
    if (image.pid != asked.pid) continue;
    if (found == nullptr || image.peak.bytes > found->peak.bytes) found = &image;
  }
  if (found == nullptr) {
    throw Error(asked.text, "no such process", "there are " + names_of(processes),
                ExitCode::kUsage);
  }
  if (found->peak.bytes == 0 && !found->not_recorded.empty()) {
    throw Error(asked.text, "the process was not recorded: " + found->not_recorded,
                "heaptally summary shows those that were", ExitCode::kUsage);
  }
  return found->id;
}

void take_process_peak(const RecordingData& data, const BucketSource& buckets,
                       const EventSource& events, Snapshot& snapshot) {
  const Processes processes(data);
  const ProcessId image = image_of_peak(data, processes, snapshot.asked);
  const Process& at_peak = data.processes[index_of(image)];
  const bool live = snapshot.metric == Metric::kLive;
  snapshot.image = image;
  snapshot.time =
      live ? at_peak.peak_time
           : sum_until_peak(data, buckets, events, snapshot.metric, image, snapshot.amounts);
  snapshot.exact = !live || (data.header.complete && data.exact_process_peaks);
  for (std::size_t i = 0; i < snapshot.amounts.size(); ++i) {
    const ProcessId owner = data.tasks[index_of(data.tallies[i].task)].process;
    if (live) {
      if (owner == image) snapshot.amounts[i] = data.totals[i].live_at_process_peak;
    } else if (processes.of(owner) != processes.of(image)) {
      snapshot.amounts[i] = {};
    }
  }
}

// The first mark of a name, or with NAME#K the K-th of them.
const Mark* find_mark(const RecordingData& data, std::string_view name) {
  for (const Mark& mark : data.marks) {
    if (mark.name == name) return &mark;
  }
  const std::size_t sign = name.rfind('#');
  std::size_t number = 0;
  if (sign == std::string_view::npos) return nullptr;
  const char* digits = name.data() + sign + 1;
  const char* end = name.data() + name.size();
  const auto [read, problem] = std::from_chars(digits, end, number);
  if (problem != std::errc() || read != end) return nullptr;
  for (const Mark& mark : data.marks) {
    if (mark.name == name.substr(0, sign) && --number == 0) return &mark;
  }
  return nullptr;
}

// On one line, whatever a program has called it.
std::string shown(std::string_view name) {
  constexpr std::size_t kMostBytes = 60;
  if (name.empty()) return "''";
  std::string text(name.substr(0, kMostBytes));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return name.size() > kMostBytes ? text + "..." : text;
}

std::string names_of_marks(const RecordingData& data) {
  constexpr std::size_t kNamed = 10;
  std::vector<std::string_view> names;
  for (const Mark& mark : data.marks) {
    if (std::find(names.begin(), names.end(), mark.name) == names.end()) names.push_back(mark.name);
  }
  if (names.empty()) return "the recording has no marks";
  std::string text = "there are ";
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) {
    text += (i == 0 ? "" : ", ") + shown(names[i]);
  }
  if (names.size() > kNamed) text += " and " + std::to_string(names.size() - kNamed) + " more";
  return text;
}

Amount whole_run(const TallyTotals& totals, Metric metric) {
  switch (metric) {
    case Metric::kLive:
      return totals.live_at_end;
    case Metric::kTotal:
      return totals.total;
    case Metric::kTemporary:
      return totals.temporary;
  }
  return {};
}

}  // namespace

Metric parse_metric(std::string_view text) {
  const auto found = std::find(kMetrics.begin(), kMetrics.end(), text);
  if (found == kMetrics.end()) {
    throw Error("--metric " + std::string(text), "is no metric", "choose live, total or temporary",
                ExitCode::kUsage);
  }
  return static_cast<Metric>(found - kMetrics.begin());
}

std::string_view name_of(Metric metric) { return kMetrics[static_cast<std::size_t>(metric)]; }

Moment resolved(const RecordingData& data, Moment moment) {
  const Nanoseconds whole = run_time(data);
  if (moment.kind == Moment::Kind::kShare) {
    moment.time = Nanoseconds(std::llround(static_cast<double>(whole.count()) * moment.share));
  } else if (moment.kind == Moment::Kind::kMark) {
    const Mark* mark = find_mark(data, moment.mark);
    if (mark == nullptr) {
      throw Error(moment.text, "no such mark", names_of_marks(data), ExitCode::kUsage);
    }
    moment.time = mark->time;
  } else if (moment.kind == Moment::Kind::kTime && moment.time > whole) {
    throw Error(moment.text, fmt::format("the run took {:.9g} s", seconds_of(whole)),
                "give a time within it, or end", ExitCode::kUsage);
  }
  return moment;
}

void refuse_order(const Snapshot& snapshot) {
  throw Error(snapshot.from->text,
              fmt::format("is after {} ({:.9g} s and {:.9g} s)", snapshot.asked.text,
                          seconds_of(snapshot.from_time), seconds_of(snapshot.time)),
              "give the earlier moment first", ExitCode::kUsage);
}

Snapshot take_snapshot(const RecordingData& data, const BucketSource& buckets, Metric metric,
                       const Moment& asked, const EventSource& events) {
  const Moment moment = resolved(data, asked);
  Snapshot snapshot{.metric = metric, .asked = moment, .amounts = {}};
  snapshot.amounts.resize(data.tallies.size());
  const std::size_t tallies = std::min(data.tallies.size(), data.totals.size());
  const bool at_end = moment.kind == Moment::Kind::kEnd ||
                      (moment.kind != Moment::Kind::kPeak && moment.time >= run_time(data));
  if (at_end) {
    snapshot.time = run_time(data);
    snapshot.exact = true;
    for (std::size_t i = 0; i < tallies; ++i) {
      snapshot.amounts[i] = whole_run(data.totals[i], metric);
    }
  } else if (moment.pid != 0) {
    take_process_peak(data, buckets, events, snapshot);
  } else if (moment.kind == Moment::Kind::kPeak && metric == Metric::kLive) {
    snapshot.time = data.header.peak_time;
    snapshot.exact = data.header.complete;
    for (std::size_t i = 0; i < tallies; ++i) snapshot.amounts[i] = data.totals[i].live_at_peak;
  } else {
    snapshot.time = moment.kind == Moment::Kind::kPeak
                        ? sum_until_peak(data, buckets, events, metric, {}, snapshot.amounts)
                        : sum_until(buckets, events, metric, moment.time, {.to = moment.time},
                                    snapshot.amounts);
    snapshot.exact = true;
    std::transform(snapshot.amounts.begin(), snapshot.amounts.end(), snapshot.amounts.begin(),
                   at_least_zero);
  }
  return snapshot;
}

Snapshot take_snapshot_between(const RecordingData& data, const BucketSource& buckets,
                               Metric metric, const Moment& from, const Moment& to,
                               const EventSource& events) {
  if (metric == Metric::kLive) {
    throw Error("--metric live", "what is live between two moments can shrink",
                "heaptally diff FILE --from A --to B shows by how much", ExitCode::kUsage);
  }
  const Snapshot before = take_snapshot(data, buckets, metric, from, events);
  Snapshot after = take_snapshot(data, buckets, metric, to, events);
  after.from = before.asked;
  after.from_time = before.time;
  if (after.time < before.time) refuse_order(after);
  for (std::size_t i = 0; i < after.amounts.size(); ++i) {
    after.amounts[i] = at_least_zero(after.amounts[i] - before.amounts[i]);
  }
  after.exact = after.exact && before.exact;
  return after;
}

}  // namespace heaptally
