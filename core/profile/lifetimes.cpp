#include "core/profile/lifetimes.h"

#include <algorithm>
#include <array>

#include "core/profile/domains.h"
#include "core/profile/kept.h"

namespace heaptally {
namespace {

constexpr std::size_t kClasses = 65;

LifetimeRow row_of(std::size_t number, std::uint64_t count) {
  if (number == 0) return {.from = 0, .to = 1, .count = count};
  const std::uint64_t from = std::uint64_t{1} << (number - 1);
  return {.from = from, .to = from * 2, .count = count};
}

}  // namespace

Lifetimes lifetimes(const Profile& profile, const Query& query) {
  const RecordingData& data = profile.data();
  const std::vector<bool> kept = kept_tallies(profile, query);
  Lifetimes result;
  std::array<std::uint64_t, kClasses> counts{};
  std::size_t first = kClasses, last = 0;
  const std::vector<bool> in_domains = tallies_in_domains(data, query.domains);
  for (std::size_t i = 0; i < std::min(kept.size(), data.totals.size()); ++i) {
    if (!in_domains[i]) continue;
    const TallyTotals& totals = data.totals[i];
    result.whole += totals.total;
    if (!kept[i]) continue;
    result.total += totals.total;
    result.never_freed += totals.live_at_end;
    for (const auto& [number, count] : totals.lifetimes) {
      if (number >= kClasses || count == 0) continue;
      counts[number] += count;
      result.freed += count;
      first = std::min<std::size_t>(first, number);
      last = std::max<std::size_t>(last, number);
    }
  }
  for (std::size_t number = first; number <= last && number < kClasses; ++number) {
    result.rows.push_back(row_of(number, counts[number]));
  }
  return result;
}

}  // namespace heaptally
