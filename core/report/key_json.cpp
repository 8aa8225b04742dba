#include "core/report/key_json.h"

#include "core/profile/domains.h"
#include "core/profile/losses.h"
#include "core/report/labels.h"

namespace heaptally {
namespace {

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

Json group_json(const Profile& profile, Group group, const Key& key) {
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

}  // namespace

Json amount_json(Amount amount) { return {{"bytes", amount.bytes}, {"count", amount.count}}; }

Json change_json(Change change) { return {{"bytes", change.bytes}, {"count", change.count}}; }

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
  Json json = {{"label", key_label(profile, group, key)}};
  json.update(group_json(profile, group, key));
  if (group != Group::kTraceback) return json;
  Json frames = Json::array();
  for (const PlaceId place : traceback(profile, key.trace)) {
    frames.push_back(place == kCutPlace ? Json{{"cut", true}}
                                        : place_json(profile.places(), place));
  }
  json["traceback"] = std::move(frames);
  return json;
}

Json moment_json(const RecordingData& data, const Snapshot& snapshot) {
  return {{"command", data.header.command},
          {"metric", name_of(snapshot.metric)},
          {"moment", name_of(snapshot.asked.kind)},
          {"moment_pid", snapshot.asked.pid == 0 ? Json() : Json(snapshot.asked.pid)},
          {"moment_domain", snapshot.domain ? Json(domain_name(data, *snapshot.domain)) : Json()},
          {"moment_ns", snapshot.time.count()},
          {"from_ns", snapshot.from ? Json(snapshot.from_time.count()) : Json()},
          {"exact", snapshot.exact}};
}

Json filters_json(const Query& query) {
  Json filters = Json::array();
  for (const Filter& filter : query.filters) {
    filters.push_back({{"pattern", filter.text},
                       {"inclusive", filter.inclusive},
                       {"all_frames", filter.all_frames}});
  }
  return {{"filters", std::move(filters)}, {"through", query.through},
          {"without", query.without},      {"threads", query.threads},
          {"processes", query.processes},  {"domains", query.domains}};
}

Json query_json(const Query& query) {
  Json json = {{"group", name_of(query.group)},
               {"sort", name_of(query.sort)},
               {"cumulative", query.cumulative}};
  json.update(filters_json(query));
  return json;
}

Json losses_json(const Header& header) {
  Json counts;
  for (const Loss& loss : losses(header)) counts[std::string(loss.name)] = loss.count;
  return {{"incomplete", is_incomplete(header)},
          {"finished", header.complete},
          {"counts", std::move(counts)}};
}

Json average_json(Amount amount) {
  if (amount.count == 0) return {};
  return static_cast<double>(amount.bytes) / static_cast<double>(amount.count);
}

std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

JsonRows::JsonRows(std::ostream& out, const Json& heading, std::string_view name) : out_(out) {
  std::string text = json_text(heading, 1);
  text.resize(text.rfind("\n}"));
  out_ << text << ",\n \"" << name << "\": [";
}

void JsonRows::add(const Json& row) {
  out_ << (is_empty_ ? "\n  " : ",\n  ") << json_text(row, -1);
  is_empty_ = false;
}

void JsonRows::start(std::string_view name) {
  out_ << (is_empty_ ? "]" : "\n ]") << ",\n \"" << name << "\": [";
  is_empty_ = true;
}

void JsonRows::finish() { out_ << (is_empty_ ? "]\n}\n" : "\n ]\n}\n"); }

}  // namespace heaptally
