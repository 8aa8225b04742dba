#include "core/profile/filter.h"

#include <algorithm>
#include <charconv>

#include "core/base/error.h"
#include "core/profile/processes.h"

namespace heaptally {
namespace {

std::vector<bool> matching_places(const Places& places, const Filter& filter) {
  // Each file is matched once, however many places it has.
  std::vector<std::optional<bool>> by_text(places.texts());
  std::vector<bool> matches(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[PlaceId(i)];
    if (filter.line && (!place.source || place.line != *filter.line)) continue;
    std::optional<bool>& match = by_text[index_of(place.where)];
    if (!match) match = filter.pattern.matches(places.text(place.where));
    matches[i] = *match;
  }
  matches[index_of(kCutPlace)] = false;
  return matches;
}

std::vector<bool> matching_traces(const RecordingData& data, const Places& places,
                                  const Sites& sites, const Filter& filter) {
  const std::vector<bool> place_matches = matching_places(places, filter);
  std::vector<bool> matches(data.traces.size());
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const Trace& trace = data.traces[i];
    if (!filter.all_frames || i == 0) {
      matches[i] = place_matches[index_of(sites[TraceId(i)])];
      continue;
    }
    const std::span<const PlaceId> own = places.of(trace.frame);
    // The root is no frame, so what it matches is not handed on.
    const bool parent = trace.parent != kRootTrace && matches[index_of(trace.parent)];
    matches[i] = parent || std::any_of(own.begin(), own.end(), [&](PlaceId place) {
                   return place_matches[index_of(place)];
                 });
  }
  return matches;
}

std::string names_of_threads(const RecordingData& data) {
  constexpr std::size_t kShown = 10;
  std::string names;
  std::size_t threads = 0;
  for (const Task& task : data.tasks) {
    if (task.heap_task || ++threads > kShown) continue;
    if (threads != 1) names += ", ";
    names += task.name + " (" + std::to_string(task.tid) + ")";
  }
  if (threads > kShown) names += " and " + std::to_string(threads - kShown) + " more";
  return names;
}

}  // namespace

Filter parse_filter(std::string_view text, bool inclusive, bool all_frames) {
  std::string_view pattern = text;
  std::optional<std::uint32_t> line;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && colon + 1 < text.size() &&
      text.find_first_not_of("0123456789", colon + 1) == std::string_view::npos) {
    std::uint32_t number = 0;
    const char* const end = text.data() + text.size();
    if (std::from_chars(text.data() + colon + 1, end, number).ec != std::errc()) {
      throw Error("filter " + std::string(text), "the line is too large", "", ExitCode::kUsage);
    }
    line = number;
    pattern = text.substr(0, colon);
  }
  if (pattern.empty()) {
    throw Error("filter '" + std::string(text) + "'", "has no pattern",
                "give PATTERN or PATTERN:LINE, such as '*/parser.cpp:120'", ExitCode::kUsage);
  }
  return {std::string(text), Pattern(pattern), line, inclusive, all_frames};
}

std::vector<bool> kept_traces(const RecordingData& data, const Places& places, const Sites& sites,
                              const std::vector<Filter>& filters) {
  const bool any_inclusive = std::any_of(filters.begin(), filters.end(),
                                         [](const Filter& filter) { return filter.inclusive; });
  std::vector<bool> kept(data.traces.size(), !any_inclusive);
  for (const bool inclusive : {true, false}) {
    for (const Filter& filter : filters) {
      if (filter.inclusive != inclusive) continue;
      const std::vector<bool> matches = matching_traces(data, places, sites, filter);
      for (std::size_t i = 0; i < kept.size(); ++i) {
        if (matches[i]) kept[i] = inclusive;
      }
    }
  }
  return kept;
}

std::vector<bool> kept_tasks(const RecordingData& data, const std::vector<std::string>& threads) {
  std::vector<bool> kept(data.tasks.size(), threads.empty());
  for (const std::string& wanted : threads) {
    const Pattern name(wanted);
    bool found = false;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const Task& task = data.tasks[i];
      if (std::to_string(task.tid) != wanted && !name.matches(task.name)) continue;
      kept[i] = found = true;
    }
    if (!found) {
      throw Error("--thread " + wanted, "no such thread", "there are " + names_of_threads(data),
                  ExitCode::kUsage);
    }
  }
  return kept;
}

std::vector<bool> matching_processes(const Processes& all,
                                     const std::vector<std::string>& processes) {
  std::vector<bool> matches(all.size(), processes.empty());
  for (const std::string& wanted : processes) {
    const Pattern pattern(wanted);
    bool found = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool is_pid = all[i].pid != 0 && std::to_string(all[i].pid) == wanted;
      const std::string_view command = all[i].command;
      if (!is_pid && !pattern.matches(command) && !pattern.matches(program_name(command))) continue;
      matches[i] = found = true;
    }
    if (!found) {
      throw Error("--process " + wanted, "no such process", "there are " + names_of(all),
                  ExitCode::kUsage);
    }
  }
  return matches;
}

std::vector<bool> kept_by_process(const RecordingData& data,
                                  const std::vector<std::string>& processes) {
  std::vector<bool> kept(data.tasks.size(), processes.empty());
  if (processes.empty()) return kept;
  const Processes all(data);
  const std::vector<bool> matches = matching_processes(all, processes);
  for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = matches[all.of(data.tasks[i].process)];
  return kept;
}

}  // namespace heaptally
