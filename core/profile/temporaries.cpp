#include "core/profile/temporaries.h"

#include <unordered_map>

#include "core/profile/portable_key.h"

namespace heaptally {

Temporaries temporaries(const Profile& profile, const Snapshot& temporary, const Snapshot& total,
                        const Query& query) {
  const auto hash = [&](const Key& key) {
    return hash_of(portable_key(profile, query.group, key, /*numbered=*/true));
  };
  Temporaries result;
  result.temporary = statistics(profile, temporary, query);
  const Statistics all = unordered_statistics(profile, total, query);
  result.total = all.kept;
  std::unordered_map<std::uint64_t, Amount> totals;
  for (const Statistic& row : all.rows) totals[hash(row.key)] += row.amount;
  for (const Statistic& row : result.temporary.rows) {
    result.rows.push_back(
        {.key = row.key, .temporary = row.amount, .total = totals[hash(row.key)]});
  }
  return result;
}

}  // namespace heaptally
