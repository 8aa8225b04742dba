// Keys: what the traces of one statistic have in common.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/id_map.h"
#include "core/profile/profile.h"

namespace heaptally {

// What statistics are made for.
//   lineno: a line of a file; without debug information, a symbol + offset or an address
//   filename: a file, or a module without debug information
//   function: a function of a file or module
//   module: a program or library
//   traceback: a whole stack, machinery included
//   thread: a task; process: a process with all its images; size: a class of sizes
enum class Group { kLine, kFile, kFunction, kModule, kTraceback, kThread, kProcess, kSize };

// Reads the names above. Errors: Error of usage that names `option`.
Group parse_group(std::string_view text, std::string_view option = "--group");
std::string_view name_of(Group group);

// Whether the group looks at single places, and so can be cumulative.
bool is_by_place(Group group);

// A representative of what the traces of a statistic share. Which field counts depends on the
// group: thread: `task`; process: `process`, its last image; size: `size_class`; traceback:
// `trace`, with `place` its site; else `place`.
struct Key {
  PlaceId place{};
  TraceId trace{};
  TaskId task{};
  ProcessId process{};
  SizeClass size_class{};
};

// Purpose: numbers the keys of one of the groups by place, densely from 0, in the order of places.
// Lifetime: needs nothing once made. Threads: immutable once made.
class PlaceKeys {
 public:
  PlaceKeys(const Places& places, Group group);

  std::uint32_t operator[](PlaceId place) const { return by_place_[index_of(place)]; }
  PlaceId representative(std::uint32_t key) const { return representatives_[key]; }
  std::size_t size() const { return representatives_.size(); }

 private:
  void add(PlaceId place, IdMap& keys, std::uint64_t key);

  std::vector<std::uint32_t> by_place_;
  std::vector<PlaceId> representatives_;
};

// Purpose: numbers tracebacks, so that traces which read the same line by line have one number,
//   densely from 0, in the order of traces.
// Lifetime: needs nothing once made. Threads: immutable once made.
class TracebackKeys {
 public:
  // `lines`: the keys of Group::kLine.
  TracebackKeys(const RecordingData& data, const Places& places, const PlaceKeys& lines);

  std::uint32_t operator[](TraceId trace) const { return by_trace_[index_of(trace)]; }
  TraceId representative(std::uint32_t key) const { return representatives_[key]; }
  std::size_t size() const { return representatives_.size(); }
  // Orders as compare_tracebacks does.
  std::uint32_t rank(std::uint32_t key) const { return ranks_[key]; }

 private:
  std::vector<std::uint32_t> by_trace_;
  std::vector<TraceId> representatives_;
  std::vector<std::uint32_t> ranks_;  // by key; not dense
};

// The places of a trace, oldest first: a traceback as tracemalloc writes it.
std::vector<PlaceId> traceback(const Profile& profile, TraceId trace);

// Order of tracebacks: line by line, oldest first, the shorter one first. <0, 0 or >0.
int compare_tracebacks(const Places& places, std::span<const PlaceId> a,
                       std::span<const PlaceId> b);

// Order of the keys of a group as tracemalloc orders tracebacks: by (file, line) oldest first;
// then by symbol and offset; threads, processes and sizes by their number. <0, 0 or >0.
int compare_keys(const Profile& profile, Group group, const Key& a, const Key& b);

}  // namespace heaptally
