#include "core/report/export_traces.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/base/error.h"
#include "core/profile/kept.h"

namespace heaptally {
namespace {

constexpr std::array<std::string_view, 6> kFormats = {"pprof",  "speedscope", "folded",
                                                      "massif", "json",       "csv"};

}  // namespace

ExportFormat parse_export_format(std::string_view text) {
  const auto found = std::find(kFormats.begin(), kFormats.end(), text);
  if (found == kFormats.end()) {
    throw Error("--format " + std::string(text), "is no format to export to",
                "choose pprof, speedscope, folded, massif, json or csv", ExitCode::kUsage);
  }
  return static_cast<ExportFormat>(found - kFormats.begin());
}

std::vector<ExportTrace> export_traces(const ExportRequest& request) {
  const RecordingData& data = request.profile.data();
  const std::vector<bool> kept = kept_tallies(request.profile, request.query);
  std::vector<ExportTrace> by_trace(data.traces.size());
  std::vector<bool> counts(data.traces.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (!kept[i]) continue;
    const std::size_t trace = index_of(data.tallies[i].trace);
    const TallyTotals& totals = data.totals[i];
    ExportTrace& sum = by_trace[trace];
    counts[trace] = true;
    sum.live += request.live.amounts[i];
    sum.peak += totals.live_at_peak;
    sum.end += totals.live_at_end;
    sum.total += totals.total;
    sum.temporary += totals.temporary;
  }
  std::vector<ExportTrace> result;
  for (std::size_t i = 0; i < by_trace.size(); ++i) {
    if (!counts[i]) continue;
    result.push_back(by_trace[i]);
    result.back().trace = TraceId(i);
  }
  return result;
}

std::vector<PlaceId> site_path(const Profile& profile, TraceId trace) {
  const PlaceId site = profile.sites()[trace];
  std::vector<PlaceId> path;
  bool has_begun = false;
  for_each_place(profile.data(), profile.places(), trace, [&](PlaceId place) {
    has_begun = has_begun || place == site;
    if (has_begun) path.push_back(place);
  });
  if (path.empty()) path.push_back(site);
  return path;
}

}  // namespace heaptally
