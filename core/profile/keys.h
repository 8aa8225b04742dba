// Keys: what the traces of one statistic have in common.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

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

// Purpose: numbers the keys of one of the groups by place, densely from 0, as they are met.
// Lifetime: `places` must outlive it. Threads: one at a time.
class PlaceKeys {
 public:
  PlaceKeys(const Places& places, Group group);

  std::uint32_t operator[](PlaceId place) {
    std::uint32_t& key = by_place_[index_of(place)];
    if (key == kUnnumbered) key = number(place);
    return key;
  }
  PlaceId representative(std::uint32_t key) const { return representatives_[key]; }
  std::size_t size() const { return representatives_.size(); }

 private:
  static constexpr std::uint32_t kUnnumbered = std::numeric_limits<std::uint32_t>::max();
  struct Part {
    std::uint64_t texts = 0;
    std::uint64_t number = 0;
    friend bool operator==(const Part&, const Part&) = default;
  };
  struct Hash {
    std::size_t operator()(const Part& part) const;
  };
  Part part(const Place& place) const;
  std::uint32_t number(PlaceId place);

  const Places& places_;
  Group group_;
  std::vector<std::uint32_t> by_place_;
  std::vector<PlaceId> representatives_;
  std::unordered_map<Part, std::uint32_t, Hash> keys_;
};

// Purpose: numbers tracebacks, so that traces which read the same line by line have one number,
//   densely from 0, as they are met.
// Lifetime: `profile` must outlive it. Threads: one at a time.
class TracebackKeys {
 public:
  explicit TracebackKeys(const Profile& profile);

  std::uint32_t operator[](TraceId trace);
  TraceId representative(std::uint32_t key) const { return representatives_[key]; }
  std::size_t size() const { return representatives_.size(); }

 private:
  static constexpr std::uint32_t kUnnumbered = std::numeric_limits<std::uint32_t>::max();
  // The number of the path `parent` followed by the places of `frame`, outermost first.
  std::uint32_t path(std::uint32_t parent, FrameId frame);

  const Profile& profile_;
  PlaceKeys lines_;
  std::vector<std::uint32_t> path_by_trace_;
  std::unordered_map<std::uint64_t, std::uint32_t> paths_;  // (parent path, line key) -> path
  std::vector<std::uint32_t> key_by_path_;
  std::vector<TraceId> representatives_;
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
