#include <ostream>

#include <nlohmann/json.hpp>

#include "core/profile/losses.h"
#include "core/report/labels.h"
#include "core/report/statistics_report.h"

namespace heaptally {
namespace {

using Json = nlohmann::ordered_json;

Json amount_json(Amount amount) { return {{"bytes", amount.bytes}, {"count", amount.count}}; }

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

// Without source "file" and "line" are null, and "offset" counts from the function's start or, if
// that is not known either, is the address in the module.
Json place_json(const Places& places, PlaceId id) {
  const Place& place = places[id];
  Json json;
  json["file"] = place.source ? Json(places.where(id)) : Json();
  json["line"] = place.source ? Json(place.line) : Json();
  json["function"] = text_or_null(places.function(id));
  json["module"] = text_or_null(places.module(id));
  if (!place.source) json["offset"] = place.offset;
  return json;
}

Json key_json(const Profile& profile, Group group, const Key& key) {
  const Places& places = profile.places();
  const auto file = [&] {
    return places[key.place].source ? Json(places.where(key.place)) : Json();
  };
  const Json module = text_or_null(places.module(key.place));
  switch (group) {
    case Group::kLine:
    case Group::kTraceback:
      return place_json(places, key.place);
    case Group::kFile:
      return {{"file", file()}, {"line", 0}, {"module", module}};
    case Group::kModule:
      return {{"line", 0}, {"module", module}};
    case Group::kFunction:
      return {{"file", file()},
              {"function", text_or_null(places.function(key.place))},
              {"module", module}};
    case Group::kThread: {
      const Task& task = profile.data().tasks[index_of(key.task)];
      return {{"thread", task.name}, {"tid", task.tid}, {"threads", task.threads}};
    }
    case Group::kProcess: {
      const Process& image = profile.data().processes[index_of(key.process)];
      return {{"process", image.command}, {"pid", image.pid}, {"processes", image.processes}};
    }
    case Group::kSize:
      break;
  }
  const auto bits = static_cast<unsigned>(key.size_class);
  const std::uint64_t first = bits == 0 ? 0 : std::uint64_t{1} << ((bits - 1) & 63);
  return {{"size_from", first}, {"size_to", bits == 0 ? 0 : first + (first - 1)}};
}

Json row_json(const StatisticsReport& report, const Statistic& row) {
  const Group group = report.query.group;
  Json json = {{"label", key_label(report.profile, group, row.key)}};
  json.update(key_json(report.profile, group, row.key));
  json["size"] = row.amount.bytes;
  json["count"] = row.amount.count;
  json["average"] =
      row.amount.count == 0
          ? Json()
          : Json(static_cast<double>(row.amount.bytes) / static_cast<double>(row.amount.count));
  if (group == Group::kTraceback) {
    Json frames = Json::array();
    for (const PlaceId place : traceback(report.profile, row.key.trace)) {
      frames.push_back(place == kCutPlace ? Json{{"cut", true}}
                                          : place_json(report.profile.places(), place));
    }
    json["traceback"] = std::move(frames);
  }
  return json;
}

Json heading_json(const StatisticsReport& report) {
  const Query& query = report.query;
  const Snapshot& snapshot = report.snapshot;
  const Header& header = report.profile.data().header;
  Json filters = Json::array();
  for (const Filter& filter : query.filters) {
    filters.push_back({{"pattern", filter.text},
                       {"inclusive", filter.inclusive},
                       {"all_frames", filter.all_frames}});
  }
  Json counts;
  for (const Loss& loss : losses(header)) counts[std::string(loss.name)] = loss.count;
  return {{"command", header.command},
          {"metric", name_of(snapshot.metric)},
          {"moment", name_of(snapshot.asked.kind)},
          {"moment_pid", snapshot.asked.pid == 0 ? Json() : Json(snapshot.asked.pid)},
          {"moment_ns", snapshot.time.count()},
          {"exact", snapshot.exact},
          {"group", name_of(query.group)},
          {"sort", name_of(query.sort)},
          {"cumulative", query.cumulative},
          {"raw", report.raw},
          {"filters", std::move(filters)},
          {"threads", query.threads},
          {"processes", query.processes},
          {"total", amount_json(report.statistics.kept)},
          {"unfiltered", amount_json(report.statistics.whole)},
          {"covered", amount_json(report.statistics.covered)},
          {"shown", report.statistics.rows.size()},
          {"groups", report.statistics.groups},
          {"incomplete", is_incomplete(header)},
          {"finished", header.complete},
          {"counts", std::move(counts)}};
}

// Texts of a recording need not be UTF-8; JSON must be.
std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

// Row by row, since all tracebacks of a large program together are large.
void write_json(const StatisticsReport& report, std::ostream& out) {
  std::string heading = dump(heading_json(report), 1);
  heading.resize(heading.rfind("\n}"));
  out << heading << ",\n \"statistics\": [";
  const char* separator = "\n  ";
  for (const Statistic& row : report.statistics.rows) {
    if (!out) return;
    out << separator << dump(row_json(report, row), -1);
    separator = ",\n  ";
  }
  out << (report.statistics.rows.empty() ? "]\n}\n" : "\n ]\n}\n");
}

}  // namespace heaptally
