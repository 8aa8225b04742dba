// The traces of an export, each with what it comes to.
#pragma once

#include <vector>

#include "core/report/export.h"

namespace heaptally {

struct ExportTrace {
  TraceId trace{};
  Amount live, peak, end, total, temporary;
};

// Those that the query keeps, in the order of their ids. Errors: as kept_tallies.
std::vector<ExportTrace> export_traces(const ExportRequest& request);

// The places of a trace from its allocation site outward. Whatever machinery the site called is
// left away, as in trees and flame graphs.
std::vector<PlaceId> site_path(const Profile& profile, TraceId trace);

}  // namespace heaptally
