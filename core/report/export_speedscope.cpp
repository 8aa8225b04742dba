// The format: https://www.speedscope.app/file-format-schema.json
#include <map>
#include <ostream>
#include <string>
#include <unordered_map>

#include "core/report/export_traces.h"
#include "core/report/flame_report.h"
#include "core/report/heading.h"
#include "core/report/key_json.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

class Speedscope {
 public:
  explicit Speedscope(const Profile& profile) : profile_(profile), frames_(Json::array()) {}

  std::size_t frame(PlaceId place) {
    const auto [found, is_new] = ids_.emplace(place, frames_.size());
    if (is_new) {
      const Places& places = profile_.places();
      Json frame = {{"name", flame_name(profile_, Group::kFunction, place)}};
      frame["file"] = places.where(place);
      if (places[place].line != 0) frame["line"] = places[place].line;
      frames_.push_back(std::move(frame));
    }
    return found->second;
  }

  // Of each trace, outermost first.
  void add_stack(TraceId trace) {
    const std::vector<PlaceId> path = site_path(profile_, trace);
    Json stack = Json::array();
    for (auto place = path.rbegin(); place != path.rend(); ++place) stack.push_back(frame(*place));
    stacks_.push_back(std::move(stack));
  }

  template <class Get>
  Json profile(const std::string& name, const std::vector<ExportTrace>& traces, Get get) const {
    Json samples = Json::array(), weights = Json::array();
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < traces.size(); ++i) {
      const std::uint64_t bytes = get(traces[i]).bytes;
      if (bytes == 0) continue;
      samples.push_back(stacks_[i]);
      weights.push_back(bytes);
      sum += bytes;
    }
    return {{"type", "sampled"}, {"name", name},       {"unit", "bytes"},   {"startValue", 0},
            {"endValue", sum},   {"samples", samples}, {"weights", weights}};
  }

  const Json& frames() const { return frames_; }

 private:
  const Profile& profile_;
  Json frames_;
  std::unordered_map<PlaceId, std::size_t> ids_;
  std::vector<Json> stacks_;
};

}  // namespace

void write_speedscope(const ExportRequest& request, std::ostream& out) {
  const std::vector<ExportTrace> traces = export_traces(request);
  const RecordingData& data = request.profile.data();
  Speedscope file(request.profile);
  for (const ExportTrace& trace : traces) file.add_stack(trace.trace);
  Json json;
  json["$schema"] = "https://www.speedscope.app/file-format-schema.json";
  json["name"] = command_line_text(data.header);
  json["exporter"] = "heaptally " + data.header.heaptally_version;
  json["activeProfileIndex"] = 0;
  json["shared"] = {{"frames", file.frames()}};
  json["profiles"] = {
      file.profile("live at " + moment_phrase(data, request.live), traces,
                   [](const ExportTrace& trace) { return trace.live; }),
      file.profile("allocated", traces, [](const ExportTrace& trace) { return trace.total; }),
      file.profile("temporary", traces, [](const ExportTrace& trace) { return trace.temporary; })};
  out << json_text(json, -1) << '\n';
}

}  // namespace heaptally
