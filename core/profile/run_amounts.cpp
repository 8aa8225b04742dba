#include "core/profile/run_amounts.h"

#include <vector>

#include "core/profile/kept.h"

namespace heaptally {

RunAmounts run_amounts(const Profile& profile, const Query& query) {
  const RecordingData& data = profile.data();
  const Header& header = data.header;
  if (header.complete && query.keeps_all()) {
    return {.total = header.total,
            .temporary = header.temporary,
            .peak = header.peak,
            .live_at_end = header.live_at_end};
  }
  RunAmounts amounts;
  const std::vector<bool> kept = kept_tallies(profile, query);
  for (const TallyTotals& totals : data.totals) {
    if (!kept[index_of(totals.id)]) continue;
    amounts.total += totals.total;
    amounts.temporary += totals.temporary;
    amounts.peak += totals.live_at_peak;
    amounts.live_at_end += totals.live_at_end;
  }
  return amounts;
}

}  // namespace heaptally
