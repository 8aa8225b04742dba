#include "core/recording/derive_processes.h"

#include <algorithm>
#include <map>
#include <vector>

namespace heaptally {

namespace {

// What the timeline shows of a process image.
struct Shown {
  Amount total;
  Amount live;
  Amount peak;  // of the edges of buckets
  Nanoseconds peak_edge{0};
};

std::size_t process_of(const RecordingData& data, TallyId tally) {
  const TaskId task = data.tallies[index_of(tally)].task;
  return index_of(data.tasks[index_of(task)].process);
}

// By process image.
std::vector<Shown> walk(const ForEachBucket& for_each_bucket, const RecordingData& data) {
  std::vector<Shown> shown(data.processes.size());
  for_each_bucket([&](const Bucket& bucket) {
    for (const TallyDelta& delta : bucket.deltas) {
      if (!is_of_heap(data, delta.id)) continue;
      Shown& image = shown[process_of(data, delta.id)];
      image.total += delta.allocated;
      image.live += delta.allocated;
      image.live -= delta.freed;
    }
    for (const TallyDelta& delta : bucket.deltas) {
      Shown& image = shown[process_of(data, delta.id)];
      // Below zero would be the fault of a damaged file; it is no peak.
      const bool sane = static_cast<std::int64_t>(image.live.bytes) >= 0;
      if (sane && image.live.bytes > image.peak.bytes) {
        image.peak = image.live;
        image.peak_edge = bucket.start + bucket.width;
      }
    }
    return true;
  });
  return shown;
}

// A row of folded processes has no moment at which its tallies together were at a peak.
bool has_peak(const Process& process, const Shown& shown) {
  return process.pid != 0 && shown.peak.bytes != 0;
}

void derive_peaks(const ForEachBucket& for_each_bucket, const std::vector<Shown>& shown,
                  RecordingData& data) {
  Nanoseconds last_edge{0};
  for (std::size_t i = 0; i < shown.size(); ++i) {
    Process& process = data.processes[i];
    if (!has_peak(process, shown[i])) continue;
    process.peak = shown[i].peak;
    // The newest bucket may reach past what was recorded of it.
    process.peak_time = std::min(shown[i].peak_edge, data.header.duration);
    last_edge = std::max(last_edge, shown[i].peak_edge);
  }
  for_each_bucket([&](const Bucket& bucket) {
    if (bucket.start >= last_edge) return false;
    for (const TallyDelta& delta : bucket.deltas) {
      const std::size_t process = process_of(data, delta.id);
      if (!is_of_heap(data, delta.id)) continue;
      if (!has_peak(data.processes[process], shown[process])) continue;
      if (bucket.start >= shown[process].peak_edge) continue;
      Amount& live = data.totals[index_of(delta.id)].live_at_process_peak;
      live += delta.allocated;
      live -= delta.freed;
    }
    return true;
  });
  data.exact_process_peaks = false;
}

}  // namespace

void derive_processes(const ForEachBucket& for_each_bucket, RecordingData& data) {
  const std::vector<Shown> shown = walk(for_each_bucket, data);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    Process& process = data.processes[i];
    if (shown[i].total.count > process.total.count) process.total = shown[i].total;
    if (static_cast<std::int64_t>(shown[i].live.count) > 0) process.live_at_end = shown[i].live;
  }
  derive_peaks(for_each_bucket, shown, data);
}

void derive_processes_of_version_1(const ForEachBucket& for_each_bucket, RecordingData& data) {
  for (const TallyTotals& totals : data.totals) {
    Process& process = data.processes[process_of(data, totals.id)];
    process.total += totals.total;
    process.live_at_end += totals.live_at_end;
  }
  if (data.processes.size() > 1) {
    derive_peaks(for_each_bucket, walk(for_each_bucket, data), data);
    return;
  }
  // The peak of a tree of one is its own.
  for (Process& process : data.processes) {
    process.peak = data.header.peak;
    process.peak_time = data.header.peak_time;
  }
  for (TallyTotals& totals : data.totals) totals.live_at_process_peak = totals.live_at_peak;
}

void link_images_of_version_1(RecordingData& data) {
  std::map<std::int32_t, ProcessId> last;
  for (Process& process : data.processes) {
    const auto [image, first] = last.try_emplace(process.pid, process.id);
    if (first) continue;
    process.previous = image->second;
    data.processes[index_of(image->second)].exit_status = kUnknownExit;
    image->second = process.id;
  }
}

}  // namespace heaptally
