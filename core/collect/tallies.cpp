#include "core/collect/tallies.h"

#include <algorithm>
#include <utility>

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
  current_.emplace_back();
  past_.emplace_back();
  return id;
}

// Here, so that what calls it stays small.
void Tallies::grow(std::vector<std::uint64_t>& lifetimes, std::size_t size) {
  lifetimes.resize(size);
}

// What the tally held at the latest peaks, it holds now: it is about to change.
void Tallies::keep_peaks(TallyId id, std::uint64_t process_peak_number) {
  Current& tally = current_[index_of(id)];
  Past& past = past_[index_of(id)];
  const Amount live = live_of(index_of(id));
  if (std::exchange(tally.peak_number, peak_number_) != peak_number_) past.peak_live = live;
  if (std::exchange(tally.process_peak_number, process_peak_number) != process_peak_number) {
    past.process_peak_live = live;
  }
}

void Tallies::end(TallyId id, std::uint64_t size, Nanoseconds birth, ProcessTally& process) {
  const Amount block = {size, 1};
  change(id, process).freed += block;
  past_[index_of(id)].ended += block;
  ended_ += block;
  survivors_.add(birth, id, size);
  crossings_.add_ended(id, block);
  live_ -= block;
  process.live -= block;
}

void Tallies::forget(TallyId id, std::uint64_t size, Nanoseconds birth, ProcessTally& process) {
  const Amount block = {size, 1};
  change(id, process).freed += block;
  if (birth < crossings_.latest()) crossings_.add_freed(birth, id, block);
  live_ -= block;
  process.live -= block;
}

Bucket Tallies::bucket_so_far(Nanoseconds start, Nanoseconds width) const {
  Bucket bucket = {start, width, bucket_max_live_, {}};
  bucket.deltas.reserve(dirty_.size());
  for (TallyId id : dirty_) {
    const Current& tally = current_[index_of(id)];
    bucket.deltas.push_back({id, tally.allocated, tally.freed, tally.temporary});
  }
  std::sort(bucket.deltas.begin(), bucket.deltas.end(),
            [](const TallyDelta& a, const TallyDelta& b) { return a.id < b.id; });
  return bucket;
}

// A tally of which parts of blocks alone were freed has bytes but no count of them.
Tallies::Current& Tallies::change_in_domain(TallyId id, const DomainTally& domain) {
  Current& tally = current_[index_of(id)];
  keep_peaks(id, domain.peak_number);
  if (!tally.is_dirty() && tally.freed.bytes == 0) dirty_.push_back(id);
  return tally;
}

void Tallies::allocate(TallyId id, std::uint64_t size, Nanoseconds now, DomainTally& domain) {
  const Amount block = {size, 1};
  change_in_domain(id, domain).allocated += block;
  domain.total += block;
  domain.live += block;
  if (domain.live.bytes > domain.peak.bytes) {
    domain.peak = domain.live;
    domain.peak_time = now;
    ++domain.peak_number;
  }
}

void Tallies::free(TallyId id, const FreedPart& part, DomainTally& domain) {
  const Amount freed = {part.bytes, part.is_last ? std::uint64_t{1} : 0};
  Current& tally = change_in_domain(id, domain);
  tally.freed += freed;
  domain.live -= freed;
  if (part.birth < crossings_.latest()) crossings_.add_freed(part.birth, id, freed);
  if (!part.is_last) return;
  if (part.temporary) tally.temporary += {*part.temporary, 1};
  count_lifetime(id, part.now - part.birth);
}

void Tallies::forget(TallyId id, std::uint64_t size, Nanoseconds birth, DomainTally& domain) {
  const Amount block = {size, 1};
  change_in_domain(id, domain).freed += block;
  if (birth < crossings_.latest()) crossings_.add_freed(birth, id, block);
  domain.live -= block;
}

void Tallies::end(TallyId id, std::uint64_t size, Nanoseconds birth, DomainTally& domain) {
  const Amount block = {size, 1};
  change_in_domain(id, domain).freed += block;
  past_[index_of(id)].ended += block;
  domain.live_at_end += block;
  domain.live -= block;
  survivors_.add(birth, id, size);
  crossings_.add_ended(id, block);
}

Bucket Tallies::take_bucket(Nanoseconds start, Nanoseconds width) {
  Bucket bucket = {start, width, bucket_max_live_, {}};
  std::sort(dirty_.begin(), dirty_.end());
  bucket.deltas.reserve(dirty_.size());
  for (TallyId id : dirty_) {
    Current& tally = current_[index_of(id)];
    Past& past = past_[index_of(id)];
    bucket.deltas.push_back({id, tally.allocated, tally.freed, tally.temporary});
    past.total += tally.allocated;
    past.temporary += tally.temporary;
    past.live = live_of(index_of(id));
    tally.allocated = tally.freed = tally.temporary = {};
  }
  dirty_.clear();
  survivors_.begin_after(start, start + width);
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
  all.reserve(keys_.size());
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const Current& tally = current_[i];
    const Past& past = past_[i];
    const Amount live = live_of(i);
    TallyTotals& totals = all.emplace_back();
    totals.id = keys_[i].id;
    totals.total = past.total + tally.allocated;
    totals.temporary = past.temporary + tally.temporary;
    totals.live_at_end = past.ended + live;
    totals.live_at_peak = tally.peak_number == peak_number_ ? past.peak_live : live;
    const std::optional<std::uint64_t> number = peak_number_of(keys_[i].task);
    if (number.has_value()) {
      totals.live_at_process_peak =
          tally.process_peak_number == *number ? past.process_peak_live : live;
    }
    for (std::size_t k = 0; k < past.lifetimes.size(); ++k) {
      if (past.lifetimes[k] == 0) continue;
      totals.lifetimes.emplace_back(static_cast<std::uint8_t>(k), past.lifetimes[k]);
    }
  }
  return all;
}

}  // namespace heaptally
