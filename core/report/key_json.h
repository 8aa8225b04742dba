// Keys and what they are made of as JSON.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/profile/difference.h"

namespace heaptally {

using Json = nlohmann::ordered_json;

// {"bytes", "count"}.
Json amount_json(Amount amount);
Json change_json(Change change);
// Bytes a block; null if there is none.
Json average_json(Amount amount);

// "file", "line", "function", "module"; null where they are not known. Without source "file" and
// "line" are null, and "offset" counts from the function's start or, if that is not known either,
// is the address in the module.
Json place_json(const Places& places, PlaceId place);

// "label" and what else the group tells of a key; of a traceback "traceback", its frames, oldest
// first.
Json key_json(const Profile& profile, Group group, const Key& key);

// What a snapshot is of: "command", "metric", "moment", "moment_pid", "moment_domain", "moment_ns",
// "from_ns", "exact", as write_json of statistics has them.
Json moment_json(const RecordingData& data, const Snapshot& snapshot);

// What was asked: "group", "sort", "cumulative", "filters", "through", "without", "threads",
// "processes", "domains" (of which none means the heap).
Json query_json(const Query& query);
Json filters_json(const Query& query);  // all but the first three of them
// "incomplete", "finished" and "counts" of what limits the truth of the numbers.
Json losses_json(const Header& header);

// Texts of a recording need not be UTF-8; JSON must be. `indent`: -1 for one line.
std::string json_text(const Json& json, int indent);

// Purpose: writes an object whose last members are arrays, an element a line, without holding them
//   all: all tracebacks of a large program together are large.
class JsonRows {
 public:
  JsonRows(std::ostream& out, const Json& heading, std::string_view name);
  void add(const Json& row);
  // Another array after the one before, which is finished.
  void start(std::string_view name);
  void finish();

 private:
  std::ostream& out_;
  bool is_empty_ = true;
};

}  // namespace heaptally
