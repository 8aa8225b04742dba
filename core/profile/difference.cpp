#include "core/profile/difference.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "core/profile/portable_key.h"

namespace heaptally {
namespace {

std::uint64_t size_of(std::int64_t change) {
  return change < 0 ? -static_cast<std::uint64_t>(change) : static_cast<std::uint64_t>(change);
}

class Comparison {
 public:
  Comparison(const Side& before, const Side& after, const Query& query)
      : before_(before),
        after_(after),
        query_(query),
        is_one_run_(&before.profile == &after.profile) {}

  StatisticDifferences compare() {
    StatisticDifferences result;
    result.before = add(before_, /*is_newer=*/false);
    result.after = add(after_, /*is_newer=*/true);
    result.groups = rows_.size();
    for (StatisticDifference& row : rows_) {
      row.change = change_from(old_[static_cast<std::size_t>(&row - rows_.data())], row.amount);
      result.changed += row.change != Change{};
    }
    sort();
    result.rows = std::move(rows_);
    return result;
  }

 private:
  PortableKey portable(const StatisticDifference& row) const {
    const Side& side = row.vanished ? before_ : after_;
    return portable_key(side.profile, query_.group, row.key, is_one_run_);
  }

  Amount add(const Side& side, bool is_newer) {
    const Statistics all = unordered_statistics(side.profile, side.snapshot, query_);
    for (const Statistic& statistic : all.rows) {
      const std::uint64_t hash =
          hash_of(portable_key(side.profile, query_.group, statistic.key, is_one_run_));
      const auto [found, is_new] = numbers_.try_emplace(hash, rows_.size());
      if (is_new) {
        rows_.emplace_back();
        old_.emplace_back();
      }
      StatisticDifference& row = rows_[found->second];
      row.key = statistic.key;
      row.vanished = !is_newer;
      (is_newer ? row.amount : old_[found->second]) += statistic.amount;
    }
    return all.kept;
  }

  auto rank(const StatisticDifference& row) const {
    const std::tuple size(size_of(row.change.bytes), row.amount.bytes);
    const std::tuple count(size_of(row.change.count), row.amount.count);
    return query_.sort == SortBy::kSize ? std::tuple_cat(size, count) : std::tuple_cat(count, size);
  }

  // Keys are compared only among rows of equal amounts that can be shown.
  void sort() {
    std::sort(rows_.begin(), rows_.end(),
              [&](const auto& a, const auto& b) { return rank(a) > rank(b); });
    const std::size_t limit =
        query_.limit == 0 ? rows_.size() : std::min(query_.limit, rows_.size());
    for (std::size_t first = 0; first < limit;) {
      std::size_t last = first + 1;
      while (last < rows_.size() && rank(rows_[last]) == rank(rows_[first])) ++last;
      sort_keys_descending(first, last);
      first = last;
    }
    rows_.resize(limit);
  }

  void sort_keys_descending(std::size_t first, std::size_t last) {
    if (last - first < 2) return;
    std::vector<std::pair<PortableKey, StatisticDifference>> keyed;
    for (std::size_t i = first; i < last; ++i) keyed.emplace_back(portable(rows_[i]), rows_[i]);
    std::sort(keyed.begin(), keyed.end(),
              [](const auto& a, const auto& b) { return b.first < a.first; });
    for (std::size_t i = first; i < last; ++i) rows_[i] = keyed[i - first].second;
  }

  const Side& before_;
  const Side& after_;
  const Query& query_;
  bool is_one_run_;
  std::unordered_map<std::uint64_t, std::size_t> numbers_;  // by hash of the key
  std::vector<StatisticDifference> rows_;
  std::vector<Amount> old_;  // by row, before they are sorted
};

}  // namespace

StatisticDifferences compare(const Side& before, const Side& after, const Query& query) {
  return Comparison(before, after, query).compare();
}

}  // namespace heaptally
