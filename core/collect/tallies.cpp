#include "core/collect/tallies.h"

#include <algorithm>
#include <bit>

namespace heaptally {

TallyId Tallies::tally_of(TraceId trace, TaskId task, SizeClass size_class) {
  const std::uint64_t key = static_cast<std::uint64_t>(trace) << 32 |
                            static_cast<std::uint64_t>(task) << 8 |
                            static_cast<std::uint64_t>(size_class);
  const std::uint32_t found = ids_.find(key);
  if (found != IdMap::kAbsent) return TallyId{found};
  const TallyId id{static_cast<std::uint32_t>(keys_.size())};
  ids_.insert(key, static_cast<std::uint32_t>(id));
  keys_.push_back({id, trace, task, size_class});
  tallies_.emplace_back().delta.id = id;
  return id;
}

// The tally, made ready for a change of what it holds live.
Tallies::Tally& Tallies::change(TallyId id, const ProcessTally& process) {
  Tally& tally = tallies_[index_of(id)];
  if (tally.peak_number != peak_number_) {
    tally.peak_live = tally.live;
    tally.peak_number = peak_number_;
  }
  if (tally.process_peak_number != process.peak_number) {
    tally.process_peak_live = tally.live;
    tally.process_peak_number = process.peak_number;
  }
  if (!tally.is_dirty) {
    tally.is_dirty = true;
    dirty_.push_back(id);
  }
  return tally;
}

void Tallies::allocate(TallyId id, std::uint64_t size, Nanoseconds now, ProcessTally& process) {
  const Amount block = {size, 1};
  Tally& tally = change(id, process);
  tally.total += block;
  tally.live += block;
  tally.delta.allocated += block;
  total_ += block;
  live_ += block;
  bucket_max_live_ = std::max(bucket_max_live_, live_.bytes);
  if (live_.bytes > peak_.bytes) {
    peak_ = live_;
    peak_time_ = now;
    ++peak_number_;
  }
  process.total += block;
  process.live += block;
  if (process.live.bytes > process.peak.bytes) {
    process.peak = process.live;
    process.peak_time = now;
    ++process.peak_number;
  }
}

void Tallies::free(TallyId id, std::uint64_t size, Nanoseconds lifetime, bool temporary,
                   ProcessTally& process) {
  const Amount block = {size, 1};
  Tally& tally = change(id, process);
  tally.live -= block;
  tally.delta.freed += block;
  live_ -= block;
  process.live -= block;
  if (temporary) {
    tally.temporary += block;
    tally.delta.temporary += block;
    temporary_ += block;
  }
  const auto nanoseconds = static_cast<std::uint64_t>(std::max(lifetime, Nanoseconds{0}).count());
  const auto lifetime_class = static_cast<std::size_t>(std::bit_width(nanoseconds));
  if (tally.lifetimes.size() <= lifetime_class) tally.lifetimes.resize(lifetime_class + 1);
  ++tally.lifetimes[lifetime_class];
}

void Tallies::end(TallyId id, std::uint64_t size, ProcessTally& process) {
  const Amount block = {size, 1};
  Tally& tally = change(id, process);
  tally.ended += block;
  tally.live -= block;
  tally.delta.freed += block;
  ended_ += block;
  live_ -= block;
  process.live -= block;
}

Bucket Tallies::take_bucket(Nanoseconds start, Nanoseconds width) {
  Bucket bucket = {start, width, bucket_max_live_, {}};
  std::sort(dirty_.begin(), dirty_.end());
  bucket.deltas.reserve(dirty_.size());
  for (TallyId id : dirty_) {
    Tally& tally = tallies_[index_of(id)];
    bucket.deltas.push_back(tally.delta);
    tally.delta = {id, {}, {}, {}};
    tally.is_dirty = false;
  }
  dirty_.clear();
  bucket_max_live_ = live_.bytes;
  return bucket;
}

std::vector<TallyKey> Tallies::take_new_keys() {
  std::vector<TallyKey> fresh(keys_.begin() + static_cast<std::ptrdiff_t>(keys_taken_),
                              keys_.end());
  keys_taken_ = keys_.size();
  return fresh;
}

std::vector<TallyTotals> Tallies::totals(const PeakNumberOf& peak_number_of) const {
  std::vector<TallyTotals> all;
  all.reserve(tallies_.size());
  for (std::size_t i = 0; i < tallies_.size(); ++i) {
    const Tally& tally = tallies_[i];
    TallyTotals& totals = all.emplace_back();
    totals.id = keys_[i].id;
    totals.total = tally.total;
    totals.temporary = tally.temporary;
    totals.live_at_end = tally.ended + tally.live;
    totals.live_at_peak = tally.peak_number == peak_number_ ? tally.peak_live : tally.live;
    const std::optional<std::uint64_t> number = peak_number_of(keys_[i].task);
    if (number.has_value()) {
      totals.live_at_process_peak =
          tally.process_peak_number == *number ? tally.process_peak_live : tally.live;
    }
    for (std::size_t k = 0; k < tally.lifetimes.size(); ++k) {
      if (tally.lifetimes[k] == 0) continue;
      totals.lifetimes.emplace_back(static_cast<std::uint8_t>(k), tally.lifetimes[k]);
    }
  }
  return all;
}

}  // namespace heaptally
