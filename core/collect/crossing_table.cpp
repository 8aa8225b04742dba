#include "core/collect/crossing_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace heaptally {

std::uint32_t CrossingTable::generation_of(Nanoseconds birth) const {
  const auto after = std::upper_bound(begins_.begin() + 1, begins_.end(), birth);
  return static_cast<std::uint32_t>(after - begins_.begin()) - 1;
}

void CrossingTable::add_freed(Nanoseconds birth, TallyId tally, Amount amount) {
  add(generation_of(birth), tally, amount);
}

void CrossingTable::add_ended(TallyId tally, Amount amount) {
  if (!end_) add(kEnded, tally, amount);
}

void CrossingTable::add(std::uint32_t generation, TallyId tally, Amount amount) {
  const std::uint64_t key = std::uint64_t{generation} << 32 | index_of(tally);
  std::uint32_t place = ids_.find(key);
  if (place == IdMap::kAbsent) {
    if (kept_ + entries_.size() == most_) return give_up();
    place = static_cast<std::uint32_t>(entries_.size());
    ids_.insert(key, place);
    entries_.push_back({generation, tally, {}});
  }
  entries_[place].amount += amount;
}

void CrossingTable::give_up() {
  end_ = std::max(begins_.back(), Nanoseconds{1});  // in a header 0 says that there is none
  latest_ = Nanoseconds::min();
  entries_ = {};
  ids_ = {};
  begins_ = {Nanoseconds{0}};
}

std::vector<Crossing> CrossingTable::begin(Nanoseconds time) {
  std::vector<Crossing> result;
  if (end_) {
    ++marks_after_end_;
    return result;
  }
  if (time == begins_.back()) return result;  // two marks at once: nothing came between
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.generation, a.tally) < std::tie(b.generation, b.tally);
  });
  std::uint32_t last = 0;
  for (const auto& [generation, tally, amount] : entries_) {
    if (result.empty() || last != generation) {
      std::optional<Nanoseconds> born;
      if (generation != kEnded) born = begins_[generation];
      result.push_back({begins_.back(), born, {}});
      last = generation;
    }
    result.back().amounts.push_back({tally, amount});
  }
  kept_ += entries_.size();
  if (!entries_.empty()) ids_ = {};
  entries_.clear();
  begins_.push_back(time);
  latest_ = time;
  return result;
}

}  // namespace heaptally
