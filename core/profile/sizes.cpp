#include "core/profile/sizes.h"

#include <algorithm>

#include "core/profile/domains.h"
#include "core/profile/kept.h"

namespace heaptally {

Sizes sizes(const Profile& profile, const Snapshot& total, const Snapshot& live,
            const Query& query) {
  const std::vector<bool> kept = kept_tallies(profile, query);
  Sizes result;
  std::vector<SizeRow> classes(kSizeClasses);
  std::size_t first = kSizeClasses, last = 0;
  const std::vector<bool> in_domains = tallies_in_domains(profile.data(), query.domains);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (!in_domains[i]) continue;
    result.whole_total += total.amounts[i];
    result.whole_live += live.amounts[i];
    const auto number = static_cast<std::size_t>(profile.data().tallies[i].size_class);
    const bool is_nothing = total.amounts[i] == Amount{} && live.amounts[i] == Amount{};
    if (!kept[i] || is_nothing || number >= kSizeClasses) continue;
    classes[number].total += total.amounts[i];
    classes[number].live += live.amounts[i];
    result.total += total.amounts[i];
    result.live += live.amounts[i];
    first = std::min(first, number);
    last = std::max(last, number);
  }
  for (std::size_t number = first; number <= last && number < kSizeClasses; ++number) {
    classes[number].size_class = static_cast<SizeClass>(number);
    result.rows.push_back(classes[number]);
  }
  return result;
}

}  // namespace heaptally
