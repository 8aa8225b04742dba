// heaptally's answers to the questions of test_tracemalloc.py: a case a line of stdin, its answers
// a line of stdout, both JSON.
//   case: "one" (both snapshots are of one recording), "inlined" (how many calls share a frame),
//     "raw", "old" and "new": {"traces": [[size, [[file, line], ...], domain], ...], oldest frame
//     first; "filters": [[[inclusive, pattern, line or null, all_frames, domain or null], or
//     [inclusive, domain], ...], ...], one after another}; domains are 0 to 2;
//     "questions": [[difference, key, cumulative, limit or null, most_recent_first], ...]
//   answers: rows [text, size, count, lines of the traceback] and, of differences, both changes;
//     null where the question was refused
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/library/state.h"
#include "tests/profile/recording_builder.h"

namespace {

using heaptally::Amount;
using heaptally::FrameId;
using heaptally::RecordingBuilder;
using heaptally::TaskId;
using heaptally::TraceId;
using nlohmann::json;
namespace hp = heaptally::profile;

// Purpose: a recording of the traces that are added. The tree of traces has each node once, like
// that of the collector.
class Traces {
 public:
  explicit Traces(std::size_t inlined) : inlined_(inlined) {
    std::vector<heaptally::Domain>& domains = builder_.data.domains;
    for (const char* name : {"0", "1", "2", kNone}) {
      domains.push_back({.id = heaptally::DomainId(domains.size()), .name = name});
    }
    // The first one is of domain 0.
    for (std::uint32_t domain = 1; domain <= 2; ++domain) {
      const TaskId task = builder_.task("main", 100);
      builder_.data.tasks.back().domain = heaptally::DomainId{domain};
      tasks_.push_back(task);
    }
  }

  static constexpr const char* kNone = "none";  // a domain in which nothing is

  void add(const json& traces, bool old, bool both) {
    for (const json& trace : traces) {
      const Amount amount = {trace[0], 1};
      const std::size_t domain = trace[2];
      builder_.tally(node(trace[1]),
                     {.total = amount,
                      .temporary = {},
                      .live_at_end = old && !both ? Amount{} : amount,
                      .live_at_peak = old || both ? amount : Amount{},
                      .live_at_process_peak = {},
                      .lifetimes = {}},
                     tasks_[domain]);
    }
  }

  hp::Recording recording(bool raw) {
    return hp::Access::recording(std::make_shared<hp::State>(
        builder_.data, builder_.timeline(), heaptally::SiteRules{.raw = raw, .machinery = {}}));
  }

 private:
  TraceId node(const json& frames) {
    TraceId parent = heaptally::kRootTrace;
    for (std::size_t first = 0; first < frames.size(); first += inlined_) {
      const std::size_t last = std::min(first + inlined_, frames.size());
      json calls = json::array();
      for (std::size_t i = first; i < last; ++i) calls.push_back(frames[i]);
      const auto [found, added] = nodes_.try_emplace({parent, calls.dump()});
      if (added) found->second = child(parent, calls);
      parent = found->second;
    }
    return parent;
  }

  TraceId child(TraceId parent, const json& calls) {
    const auto [frame, added] = frames_.try_emplace(calls.dump());
    if (added) {
      std::vector<heaptally::Location> locations;
      for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
        locations.push_back({.function = "function", .file = (*call)[0], .line = (*call)[1]});
      }
      frame->second = builder_.frame(std::move(locations));
    }
    const auto id = TraceId(builder_.data.traces.size());
    builder_.data.traces.push_back({.id = id, .parent = parent, .frame = frame->second});
    return id;
  }

  std::size_t inlined_;
  RecordingBuilder builder_;
  std::vector<TaskId> tasks_{TaskId{0}};  // by domain
  std::map<std::string, FrameId> frames_;
  std::map<std::pair<TraceId, std::string>, TraceId> nodes_;
};

// tracemalloc's snapshots are of all domains.
hp::Snapshot filtered(const hp::Snapshot& given, const json& steps) {
  hp::Snapshot snapshot = given.filter_traces({}, {{false, Traces::kNone}});
  for (const json& step : steps) {
    std::vector<hp::Filter> filters;
    std::vector<hp::DomainFilter> domains;
    for (const json& words : step) {
      if (words.size() == 2) {
        domains.push_back({words[0], std::to_string(words[1].get<int>())});
        continue;
      }
      hp::Filter filter{words[0], words[1]};
      if (!words[2].is_null()) filter.lineno = words[2];
      filter.all_frames = words[3];
      if (!words[4].is_null()) filter.domain = std::to_string(words[4].get<int>());
      filters.push_back(filter);
    }
    snapshot = snapshot.filter_traces(filters, domains);
  }
  return snapshot;
}

template <class Row>
json row_of(const Row& row, const json& question) {
  std::optional<std::int64_t> limit;
  if (!question[3].is_null()) limit = question[3];
  return {row.text(), row.size(), row.count(), row.traceback().format(limit, question[4])};
}

json answer(const hp::Snapshot& old, const hp::Snapshot& now, const json& question) {
  json rows = json::array();
  const std::string key = question[1];
  if (!question[0]) {
    for (const hp::Statistic& row : now.statistics(key, question[2])) {
      rows.push_back(row_of(row, question));
    }
    return rows;
  }
  for (const hp::StatisticDifference& row : now.compare_to(old, key, question[2])) {
    rows.push_back(row_of(row, question));
    rows.back().push_back(row.size_difference());
    rows.back().push_back(row.count_difference());
  }
  return rows;
}

json answers(const json& given) {
  const bool one = given["one"];
  Traces first(given["inlined"]), second(given["inlined"]);
  Traces& newer = one ? first : second;
  first.add(given["old"]["traces"], true, !one);
  newer.add(given["new"]["traces"], false, !one);
  const hp::Recording old_recording = first.recording(given["raw"]);
  const hp::Recording new_recording = one ? old_recording : second.recording(given["raw"]);
  const hp::Snapshot old = filtered(old_recording.snapshot("peak"), given["old"]["filters"]);
  const hp::Snapshot now = filtered(new_recording.snapshot("end"), given["new"]["filters"]);
  json result = json::array();
  for (const json& question : given["questions"]) {
    try {
      result.push_back(answer(old, now, question));
    } catch (const hp::Error& error) {
      result.push_back(error.is_usage() ? json() : json("not a usage error"));
    }
  }
  return result;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << answers(json::parse(line)).dump() << '\n';
  }
}
