#include "core/profile/snapshot.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "core/base/error.h"
#include "core/profile/processes.h"

namespace heaptally {
namespace {

constexpr std::array<std::string_view, 3> kMetrics = {"live", "total", "temporary"};
constexpr std::array<std::string_view, 3> kMoments = {"peak", "end", "time"};

struct Unit {
  std::string_view name;
  double nanoseconds;
};
// Longer names before those that they begin with.
constexpr std::array<Unit, 6> kUnits = {
    {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};

[[noreturn]] void refuse_moment(std::string_view text) {
  throw Error("--at " + std::string(text), "is no moment of a run",
              "give peak, peak:PID, end or a time such as 1.5, 250ms or 1m30s", ExitCode::kUsage);
}

std::int32_t parse_pid(std::string_view text, std::string_view moment) {
  std::int32_t pid = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (problem != std::errc() || end != text.data() + text.size() || pid <= 0) {
    refuse_moment(moment);
  }
  return pid;
}

Nanoseconds parse_time(std::string_view text) {
  constexpr double kLongest = 9e18;
  double sum = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    double number = 0;
    // from_chars also reads "-1", "inf" and "nan"; a time starts with a digit or a point.
    if (rest.find_first_of("0123456789.") != 0) refuse_moment(text);
    const auto [end, problem] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (problem != std::errc()) refuse_moment(text);
    const bool first = rest.size() == text.size();
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                   [&](const Unit& u) { return rest.starts_with(u.name); });
    if (unit == kUnits.end()) {
      if (!first || !rest.empty()) refuse_moment(text);
      sum = number * 1e9;
    } else {
      sum += number * unit->nanoseconds;
      rest.remove_prefix(unit->name.size());
    }
  }
  return Nanoseconds(std::llround(std::min(sum, kLongest)));
}

// Differences of counts that a damaged recording may take below zero.
Amount at_least_zero(Amount amount) {
  const auto clamp = [](std::uint64_t value) {
    return static_cast<std::int64_t>(value) < 0 ? std::uint64_t{0} : value;
  };
  return {clamp(amount.bytes), clamp(amount.count)};
}

// Adds up the buckets that end at or before `moment` and returns the moment that the sum is of.
Nanoseconds sum_buckets(const BucketSource& buckets, Metric metric, Nanoseconds moment,
                        std::vector<Amount>& amounts) {
  Nanoseconds edge = moment;
  buckets([&](const Bucket& bucket) {
    if (bucket.start >= moment) return false;
    if (bucket.start + bucket.width > moment) {
      edge = bucket.start;
      return false;
    }
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

// Of the images of processes with this PID, the one with the greatest peak.
ProcessId image_of_peak(const RecordingData& data, const Processes& processes, std::int32_t pid) {
  const Process* found = nullptr;
  for (const Process& image : data.processes) {
    if (image.pid != pid) continue;
    if (found == nullptr || image.peak.bytes > found->peak.bytes) found = &image;
  }
  const std::string subject = "--at peak:" + std::to_string(pid);
  if (found == nullptr) {
    throw Error(subject, "no such process", "there are " + names_of(processes), ExitCode::kUsage);
  }
  if (found->peak.bytes == 0 && !found->not_recorded.empty()) {
    throw Error(subject, "the process was not recorded: " + found->not_recorded,
                "heaptally summary shows those that were", ExitCode::kUsage);
  }
  return found->id;
}

void take_process_peak(const RecordingData& data, const BucketSource& buckets, Snapshot& snapshot) {
  const Processes processes(data);
  const ProcessId image = image_of_peak(data, processes, snapshot.asked.pid);
  const Process& at_peak = data.processes[index_of(image)];
  const bool live = snapshot.metric == Metric::kLive;
  snapshot.image = image;
  snapshot.time = live ? at_peak.peak_time
                       : sum_buckets(buckets, snapshot.metric, at_peak.peak_time, snapshot.amounts);
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

Moment parse_moment(std::string_view text) {
  if (text == "peak") return {Moment::Kind::kPeak};
  constexpr std::string_view kPeakOf = "peak:";
  if (text.starts_with(kPeakOf)) {
    return {Moment::Kind::kPeak, {}, parse_pid(text.substr(kPeakOf.size()), text)};
  }
  if (text == "end") return {Moment::Kind::kEnd};
  if (text.empty()) refuse_moment(text);
  return {Moment::Kind::kTime, parse_time(text)};
}

std::string_view name_of(Moment::Kind kind) { return kMoments[static_cast<std::size_t>(kind)]; }

Nanoseconds run_time(const RecordingData& data) {
  if (data.header.complete || data.samples.empty()) return data.header.duration;
  return std::max(data.header.duration, data.samples.back().time);
}

Snapshot take_snapshot(const RecordingData& data, const BucketSource& buckets, Metric metric,
                       Moment moment) {
  Snapshot snapshot{.metric = metric, .asked = moment, .amounts = {}};
  snapshot.amounts.resize(data.tallies.size());
  const std::size_t tallies = std::min(data.tallies.size(), data.totals.size());
  const bool at_end = moment.kind == Moment::Kind::kEnd ||
                      (moment.kind == Moment::Kind::kTime && moment.time >= run_time(data));
  if (at_end) {
    snapshot.time = run_time(data);
    snapshot.exact = true;
    for (std::size_t i = 0; i < tallies; ++i) {
      snapshot.amounts[i] = whole_run(data.totals[i], metric);
    }
  } else if (moment.pid != 0) {
    take_process_peak(data, buckets, snapshot);
  } else if (moment.kind == Moment::Kind::kPeak && metric == Metric::kLive) {
    snapshot.time = data.header.peak_time;
    snapshot.exact = data.header.complete;
    for (std::size_t i = 0; i < tallies; ++i) snapshot.amounts[i] = data.totals[i].live_at_peak;
  } else {
    const bool at_peak = moment.kind == Moment::Kind::kPeak;
    snapshot.time = sum_buckets(buckets, metric, at_peak ? data.header.peak_time : moment.time,
                                snapshot.amounts);
    snapshot.exact = true;
    std::transform(snapshot.amounts.begin(), snapshot.amounts.end(), snapshot.amounts.begin(),
                   at_least_zero);
  }
  return snapshot;
}

}  // namespace heaptally
