#include "viewer/model/distribution.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/size_text.h"
#include "core/report/lifetimes_report.h"

namespace heaptally::view {

Distribution distribution_of(const Recording& recording, const Selection& selection) {
  const Profile& profile = recording.profile(selection.raw);
  const Query query = query_of(selection);
  Selection of = selection;
  of.metric = ViewMetric::kTotal;
  const Snapshot total = view::measure(recording, of).now;
  of.metric = ViewMetric::kTemporary;
  const Snapshot temporary = view::measure(recording, of).now;
  of.metric = ViewMetric::kLive;
  const Measured live = view::measure(recording, of);
  Distribution result;
  result.sizes = sizes(profile, total, live.now, query);
  result.live_at = phrase_of(recording, of, live);
  result.total = result.sizes.total;
  result.temporary = statistics(profile, temporary, query).kept;
  try {
    result.lifetimes = lifetimes(profile, query);
    if (!recording.data().header.complete) {
      result.no_lifetimes =
          "Lifetimes are kept when a recording is finished, which this one is not.";
    }
  } catch (const Error& error) {
    result.no_lifetimes = error.what();
  }
  return result;
}

std::string size_class_text(SizeClass size_class) {
  const auto bits = static_cast<unsigned>(size_class);
  if (bits == 0) return "[0 B, 1 B)";
  const std::string from = size_text(std::uint64_t{1} << ((bits - 1) & 63));
  return fmt::format("[{}, {})", from, bits < 64 ? size_text(std::uint64_t{1} << bits) : "16 EiB");
}

std::string lifetime_class_text(const LifetimeRow& row) {
  const std::string to = row.to == 0 ? "..." : lifetime_text(row.to);
  return fmt::format("[{}, {})", lifetime_text(row.from), to);
}

std::optional<std::uint64_t> median_lifetime(const Lifetimes& lifetimes) {
  std::uint64_t within = 0;
  for (const LifetimeRow& row : lifetimes.rows) {
    within += row.count;
    if (within * 2 >= lifetimes.freed && lifetimes.freed != 0) return row.to;
  }
  return {};
}

}  // namespace heaptally::view
