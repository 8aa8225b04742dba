#include "core/collect/domain_table.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace heaptally {
namespace {

constexpr std::array<std::string_view, 3> kOwn = {"heap", "mmap", "allocator"};
constexpr std::string_view kAll = "all";
constexpr std::string_view kOthers = "(other domains)";

std::string told_apart(const std::string& name) {
  if (name.empty()) return "(unnamed)";
  const bool is_taken =
      name == kAll || name == kOthers || std::find(kOwn.begin(), kOwn.end(), name) != kOwn.end();
  return is_taken ? name + " (program)" : name;
}

}  // namespace

DomainTable::DomainTable() {
  for (const std::string_view name : kOwn) {
    names_.emplace_back(name);
    tallies_.emplace_back();
  }
}

DomainId DomainTable::add(const std::string& name) {
  const DomainId id{static_cast<std::uint32_t>(names_.size())};
  names_.push_back(name);
  tallies_.emplace_back();
  by_name_[name] = id;
  return id;
}

DomainId DomainTable::named(const std::string& name) {
  const std::string own = told_apart(name);
  if (const auto known = by_name_.find(own); known != by_name_.end()) return known->second;
  return names_.size() - kOwn.size() < kMaxNamed ? add(own) : others();
}

DomainId DomainTable::others() {
  const std::string name(kOthers);
  const auto known = by_name_.find(name);
  return known != by_name_.end() ? known->second : add(name);
}

std::vector<Domain> DomainTable::rows(const Header& header) const {
  std::vector<Domain> rows;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const DomainTally& tally = tallies_[i];
    rows.push_back({.id = DomainId(i),
                    .name = names_[i],
                    .total = tally.total,
                    .live_at_end = tally.live_at_end + tally.live,
                    .peak = tally.peak,
                    .peak_time = tally.peak_time});
  }
  Domain& heap = rows[index_of(kHeapDomain)];
  heap.total = header.total;
  heap.live_at_end = header.live_at_end;
  heap.peak = header.peak;
  heap.peak_time = header.peak_time;
  return rows;
}

}  // namespace heaptally
