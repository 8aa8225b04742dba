#include <ostream>
#include <string>

#include <fmt/format.h>

#include "core/report/export_traces.h"
#include "core/report/key_csv.h"
#include "core/report/key_json.h"

namespace heaptally {

void write_traces_json(const ExportRequest& request, std::ostream& out) {
  const RecordingData& data = request.profile.data();
  Json heading = moment_json(data, request.live);
  heading.update(filters_json(request.query));
  heading.update(losses_json(data.header));
  JsonRows rows(out, heading, "traces");
  for (const ExportTrace& trace : export_traces(request)) {
    Json frames = Json::array();
    for (const PlaceId place : site_path(request.profile, trace.trace)) {
      frames.push_back(place_json(request.profile.places(), place));
    }
    rows.add({{"trace", index_of(trace.trace)},
              {"frames", std::move(frames)},
              {"live", amount_json(trace.live)},
              {"peak", amount_json(trace.peak)},
              {"end", amount_json(trace.end)},
              {"total", amount_json(trace.total)},
              {"temporary", amount_json(trace.temporary)}});
  }
  rows.finish();
}

void write_traces_csv(const ExportRequest& request, std::ostream& out) {
  out << "label,file,line,function,module,live_size,live_count,peak_size,peak_count,end_size,"
         "end_count,total_size,total_count,temporary_size,temporary_count,traceback\n";
  for (const ExportTrace& trace : export_traces(request)) {
    const Key key = {.place = request.profile.sites()[trace.trace], .trace = trace.trace};
    out << key_fields(request.profile, Group::kTraceback, key);
    for (const Amount amount : {trace.live, trace.peak, trace.end, trace.total, trace.temporary}) {
      out << fmt::format(",{},{}", amount.bytes, amount.count);
    }
    out << ',' << traceback_field(request.profile, Group::kTraceback, key) << '\n';
    if (!out) return;
  }
}

}  // namespace heaptally
