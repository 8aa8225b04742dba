#include "core/profile/event_sums.h"

#include <algorithm>

#include "core/base/error.h"

namespace heaptally {
namespace {

// The end of a block that an earlier chunk has.
struct LateEnd {
  std::uint64_t block = 0;
  LogKind kind{};
};

// Adds up one range, chunk by chunk.
class Summing {
 public:
  Summing(std::size_t tallies, const EventRange& range) : range_(range) {
    for (auto* amounts : {&sums_.allocated, &sums_.gone, &sums_.temporary, &sums_.kept}) {
      amounts->resize(tallies);
    }
  }

  bool add(const LogChunk& chunk) {
    const LogExtent& extent = chunk.extent;
    if (extent.start >= range_.to || extent.first_event >= range_.end) return false;
    for (std::size_t i = 0; i < chunk.events.size(); ++i) {
      const LogEvent& event = chunk.events[i];
      if (event.time < range_.from || extent.first_event + i < range_.begin) continue;
      if (event.time >= range_.to || extent.first_event + i >= range_.end) return false;
      if (event.kind == LogKind::kAllocated) {
        add(event.block, chunk.blocks[event.block - extent.first_block]);
      } else if (event.block >= extent.first_block) {
        end(event.block, event.kind, chunk.blocks[event.block - extent.first_block]);
      } else {
        late_.push_back({event.block, event.kind});
      }
    }
    return true;
  }

  EventSums finish(const EventSource& events) {
    std::sort(late_.begin(), late_.end(),
              [](const LateEnd& a, const LateEnd& b) { return a.block < b.block; });
    std::vector<std::uint64_t> blocks;
    blocks.reserve(late_.size());
    for (const LateEnd& each : late_) blocks.push_back(each.block);
    std::size_t next = 0;
    events.blocks(blocks, [&](std::uint64_t number, const LogBlock& block) {
      end(number, late_[next++].kind, block);
    });
    return std::move(sums_);
  }

 private:
  void add(std::uint64_t number, const LogBlock& block) {
    first_ = std::min(first_, number);
    sums_.allocated[index_of(block.tally)] += {block.size, 1};
    sums_.kept[index_of(block.tally)] += {block.size, 1};
  }
  void end(std::uint64_t number, LogKind kind, const LogBlock& block) {
    const Amount amount = {block.size, 1};
    sums_.gone[index_of(block.tally)] += amount;
    if (kind == LogKind::kFreedTemporary) sums_.temporary[index_of(block.tally)] += amount;
    if (kind != LogKind::kEnded && number >= first_) sums_.kept[index_of(block.tally)] -= amount;
  }

  EventRange range_;
  EventSums sums_;
  std::uint64_t first_ = std::numeric_limits<std::uint64_t>::max();  // block of the range
  std::vector<LateEnd> late_;
};

// An event at the time of the peak, and by how much it changes what is live.
struct Tie {
  std::uint64_t number = 0;
  std::uint64_t block = 0;
  std::int64_t change = 0;
};

std::vector<Tie> ties_at(const EventSource& events, Nanoseconds time,
                         const std::function<bool(const LogBlock&)>& counts) {
  std::vector<Tie> ties;
  events.chunks(time, [&](const LogChunk& chunk) {
    for (std::size_t i = 0; i < chunk.events.size() && chunk.events[i].time <= time; ++i) {
      const LogEvent& event = chunk.events[i];
      if (event.time < time) continue;
      ties.push_back(
          {chunk.extent.first_event + i, event.block, event.kind == LogKind::kAllocated ? 1 : -1});
    }
    return chunk.extent.end <= time;
  });
  std::vector<std::uint64_t> blocks;
  for (const Tie& tie : ties) blocks.push_back(tie.block);
  std::sort(blocks.begin(), blocks.end());
  blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
  std::vector<std::int64_t> sizes;
  events.blocks(blocks, [&](std::uint64_t, const LogBlock& block) {
    sizes.push_back(counts(block) ? static_cast<std::int64_t>(block.size) : 0);
  });
  for (Tie& tie : ties) {
    const auto at = std::lower_bound(blocks.begin(), blocks.end(), tie.block) - blocks.begin();
    tie.change *= sizes[static_cast<std::size_t>(at)];
  }
  return ties;
}

}  // namespace

EventSums sum_events(const EventSource& events, std::size_t tallies, const EventRange& range) {
  Summing summing(tallies, range);
  events.chunks(range.from, [&](const LogChunk& chunk) { return summing.add(chunk); });
  return summing.finish(events);
}

// The clock may read the same for several events. The peak is the first of their sums that is the
// greatest.
EventRange until_peak(const RecordingData& data, const EventSource& events,
                      std::optional<ProcessId> image) {
  const Nanoseconds time =
      image ? data.processes[index_of(*image)].peak_time : data.header.peak_time;
  EventRange range = {.to = time + Nanoseconds{1}};
  const auto counts = [&](const LogBlock& block) {
    if (!image) return true;
    return data.tasks[index_of(data.tallies[index_of(block.tally)].task)].process == *image;
  };
  std::int64_t sum = 0, greatest = 0;
  for (const Tie& tie : ties_at(events, time, counts)) {
    sum += tie.change;
    if (sum <= greatest) continue;
    greatest = sum;
    range.end = tie.number + 1;
  }
  return range;
}

Snapshot kept_between(const RecordingData& data, const EventSource& events, const Moment& from,
                      const Moment& to) {
  if (!events) {
    throw Error(to.text, "the recording has no event log, which alone tells when a block was freed",
                "record with heaptally record --log");
  }
  Snapshot result = {
      .metric = Metric::kLive, .asked = resolve(data, to), .exact = true, .amounts = {}};
  result.from = resolve(data, from);
  const auto time_of = [&](const Moment& moment) {
    if (moment.kind == Moment::Kind::kPeak) return data.header.peak_time;
    return moment.kind == Moment::Kind::kEnd ? run_time(data) : moment.time;
  };
  result.from_time = time_of(*result.from);
  result.time = time_of(result.asked);
  require_order(*result.from, result.from_time, result.asked, result.time);
  EventRange range = {.from = result.from_time, .to = result.time};
  if (result.asked.kind == Moment::Kind::kEnd) range.to = Nanoseconds::max();
  if (result.asked.kind == Moment::Kind::kPeak || result.from->kind == Moment::Kind::kPeak) {
    const EventRange peak = until_peak(data, events, std::nullopt);
    if (result.from->kind == Moment::Kind::kPeak) range.begin = peak.end;
    if (result.asked.kind == Moment::Kind::kPeak) {
      range.to = peak.to;
      range.end = peak.end;
    }
  }
  result.amounts = sum_events(events, data.tallies.size(), range).kept;
  return result;
}

}  // namespace heaptally
