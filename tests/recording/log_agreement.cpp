#include "tests/recording/log_agreement.h"

#include <algorithm>
#include <bit>
#include <map>

namespace heaptally::test {

namespace {

std::string text_of(Amount amount) {
  return std::to_string(amount.bytes) + " B in " + std::to_string(amount.count);
}

// The whole log in memory.
struct WholeLog {
  std::vector<LogEvent> events;
  std::vector<LogBlock> blocks;

  explicit WholeLog(RecordingReader& reader) {
    reader.for_each_chunk(Nanoseconds(0), [&](const LogChunk& chunk) {
      events.insert(events.end(), chunk.events.begin(), chunk.events.end());
      blocks.insert(blocks.end(), chunk.blocks.begin(), chunk.blocks.end());
      return true;
    });
  }
};

class Comparison {
 public:
  explicit Comparison(RecordingReader& reader)
      : reader_(reader), data_(reader.data()), log_(reader), live_(data_.tallies.size()) {}

  std::vector<std::string> run() {
    compare_timeline();
    compare_totals();
    compare_peak(std::nullopt);
    for (const Process& image : data_.processes) {
      if (image.pid != 0) compare_peak(image.id);
    }
    compare_survivors();
    return std::move(differences_);
  }

 private:
  void expect(Amount logged, Amount told, const std::string& what) {
    if (logged == told) return;
    differences_.push_back(what + ": " + text_of(logged) + " in the log, " + text_of(told) +
                           " elsewhere");
  }
  static std::string name(TallyId tally) { return "tally " + std::to_string(index_of(tally)); }
  // The log is of the heap alone.
  bool is_logged(TallyId tally) const {
    return data_.tasks[index_of(data_.tallies[index_of(tally)].task)].domain == kHeapDomain;
  }
  ProcessId image_of(TallyId tally) const {
    return data_.tasks[index_of(data_.tallies[index_of(tally)].task)].process;
  }

  void compare_timeline() {
    std::size_t next = 0;
    std::uint64_t live = 0;
    reader_.for_each_bucket([&](const Bucket& bucket) {
      const Nanoseconds end = bucket.start + bucket.width;
      const std::string when = "row at " + std::to_string(bucket.start.count());
      std::map<TallyId, TallyDelta> deltas;
      std::uint64_t greatest = live;
      for (; next < log_.events.size() && log_.events[next].time < end; ++next) {
        const LogEvent& event = log_.events[next];
        if (event.time < bucket.start) differences_.push_back(when + ": an event before it");
        const LogBlock& block = log_.blocks[event.block];
        TallyDelta& delta = deltas[block.tally];
        const Amount amount = {block.size, 1};
        if (event.kind == LogKind::kAllocated) {
          delta.allocated += amount;
          greatest = std::max(greatest, live += block.size);
        } else {
          delta.freed += amount;
          live -= block.size;
        }
        if (event.kind == LogKind::kFreedTemporary) delta.temporary += amount;
      }
      std::size_t logged_tallies = 0;
      for (const TallyDelta& told : bucket.deltas) {
        if (!is_logged(told.id)) continue;
        ++logged_tallies;
        const TallyDelta& logged = deltas[told.id];
        expect(logged.allocated, told.allocated, when + ", allocated, " + name(told.id));
        expect(logged.freed, told.freed, when + ", freed, " + name(told.id));
        expect(logged.temporary, told.temporary, when + ", temporary, " + name(told.id));
      }
      if (deltas.size() != logged_tallies) differences_.push_back(when + ": other tallies");
      expect({greatest, 0}, {bucket.max_live_bytes, 0}, when + ", the greatest total");
      return true;
    });
    if (next != log_.events.size()) differences_.emplace_back("events after the timeline's end");
  }

  void compare_totals() {
    std::vector<TallyTotals> sums(data_.tallies.size());
    std::vector<std::map<std::uint8_t, std::uint64_t>> lifetimes(sums.size());
    std::vector<Amount> by_image(data_.processes.size());
    for (const LogEvent& event : log_.events) {
      const LogBlock& block = log_.blocks[event.block];
      const std::size_t tally = index_of(block.tally);
      const Amount amount = {block.size, 1};
      if (event.kind == LogKind::kAllocated) {
        sums[tally].total += amount;
        sums[tally].live_at_end += amount;
        by_image[index_of(image_of(block.tally))] += amount;
      } else if (event.kind != LogKind::kEnded) {
        sums[tally].live_at_end -= amount;
        const auto lived = static_cast<std::uint64_t>((event.time - block.birth).count());
        ++lifetimes[tally][static_cast<std::uint8_t>(std::bit_width(lived))];
      }
      if (event.kind == LogKind::kFreedTemporary) sums[tally].temporary += amount;
    }
    for (const TallyTotals& told : data_.totals) {
      if (!is_logged(told.id)) continue;
      const TallyTotals& logged = sums[index_of(told.id)];
      expect(logged.total, told.total, "total, " + name(told.id));
      expect(logged.temporary, told.temporary, "temporary, " + name(told.id));
      expect(logged.live_at_end, told.live_at_end, "live at the end, " + name(told.id));
      const auto& classes = lifetimes[index_of(told.id)];
      if (Histogram(classes.begin(), classes.end()) != told.lifetimes) {
        differences_.push_back("lifetimes, " + name(told.id));
      }
    }
    for (const Process& image : data_.processes) {
      expect(by_image[index_of(image.id)], image.total,
             "total, process image " + std::to_string(index_of(image.id)));
    }
  }

  // Of the run, or of a process image: what was live at the first greatest sum.
  void compare_peak(std::optional<ProcessId> image) {
    const auto counts = [&](TallyId tally) { return !image || image_of(tally) == *image; };
    std::size_t peak = 0;
    Amount sum, greatest;
    for (std::size_t i = 0; i < log_.events.size(); ++i) {
      const LogBlock& block = log_.blocks[log_.events[i].block];
      if (!counts(block.tally)) continue;
      if (log_.events[i].kind != LogKind::kAllocated) {
        sum -= {block.size, 1};
        continue;
      }
      sum += {block.size, 1};
      if (sum.bytes <= greatest.bytes) continue;
      greatest = sum;
      peak = i + 1;
    }
    const std::string of = image ? " of image " + std::to_string(index_of(*image)) : "";
    expect(greatest, image ? data_.processes[index_of(*image)].peak : data_.header.peak,
           "peak" + of);
    std::fill(live_.begin(), live_.end(), Amount{});
    for (std::size_t i = 0; i < peak; ++i) {
      const LogBlock& block = log_.blocks[log_.events[i].block];
      const Amount amount = {block.size, 1};
      Amount& live = live_[index_of(block.tally)];
      log_.events[i].kind == LogKind::kAllocated ? live += amount : live -= amount;
    }
    for (const TallyTotals& told : data_.totals) {
      if (!is_logged(told.id) || !counts(told.id)) continue;
      expect(live_[index_of(told.id)], image ? told.live_at_process_peak : told.live_at_peak,
             "live at the peak" + of + ", " + name(told.id));
    }
  }

  void compare_survivors() {
    std::vector<bool> freed(log_.blocks.size());
    for (const LogEvent& event : log_.events) {
      if (event.kind == LogKind::kFreed || event.kind == LogKind::kFreedTemporary) {
        freed[event.block] = true;
      }
    }
    std::map<Nanoseconds, std::map<TallyId, Amount>> sums;
    std::vector<Nanoseconds> starts;
    reader_.for_each_bucket([&](const Bucket& bucket) {
      starts.push_back(bucket.start);
      return true;
    });
    for (std::size_t i = 0; i < freed.size(); ++i) {
      const LogBlock& block = log_.blocks[i];
      if (freed[i]) continue;
      const auto row = std::upper_bound(starts.begin(), starts.end(), block.birth) - 1;
      sums[*row][block.tally] += {block.size, 1};
    }
    std::size_t rows = 0;
    for (const Survivors& told : *data_.survivors) {
      const std::string when = "survivors of " + std::to_string(told.start.count());
      rows += std::any_of(told.amounts.begin(), told.amounts.end(),
                          [this](const TallyAmount& each) { return is_logged(each.id); });
      for (const TallyAmount& each : told.amounts) {
        if (!is_logged(each.id)) continue;
        expect(sums[told.start][each.id], each.amount, when + ", " + name(each.id));
      }
    }
    if (sums.size() != rows) differences_.emplace_back("survivors: other rows");
  }

  RecordingReader& reader_;
  const RecordingData& data_;
  WholeLog log_;
  std::vector<Amount> live_;
  std::vector<std::string> differences_;
};

}  // namespace

std::vector<std::string> disagreements(RecordingReader& reader) { return Comparison(reader).run(); }

}  // namespace heaptally::test
