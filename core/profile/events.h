// Events: single allocations of the event log, and what became of them.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "core/profile/event_source.h"
#include "core/profile/profile.h"
#include "core/profile/statistics.h"

namespace heaptally {

// Ascending by time; by size or lifetime descending.
enum class EventOrder { kTime, kSize, kLifetime };

// Reads "time", "size" or "lifetime". Errors: Error of usage.
EventOrder parse_event_order(std::string_view text);
std::string_view name_of(EventOrder order);

// Reads a number of bytes such as 4096 or 100KiB. Errors: Error of usage that names `option`.
std::uint64_t parse_size(std::string_view text, std::string_view option);
// Reads 4096, 0x1000 or 0X1000. Errors: as parse_size.
std::uint64_t parse_address(std::string_view text, std::string_view option);

// Reads the id of a trace. Errors: as parse_size.
TraceId parse_trace(std::string_view text, std::string_view option);

// Which allocations are asked for; of `query` filters, threads, processes and limit count.
struct EventQuery {
  Query query = {};
  EventOrder order = EventOrder::kTime;
  std::optional<Moment> from = std::nullopt;  // allocated at this moment or later
  std::optional<Moment> to = std::nullopt;    // ... and before this one
  // Live at this moment; at the peak of a process, of its own blocks.
  std::optional<Moment> live_at = std::nullopt;
  std::uint64_t min_size = 0;
  std::uint64_t max_size = std::numeric_limits<std::uint64_t>::max();
  // A block that nobody freed lived until its process image, or the log, ended; and is longer than
  // any greatest lifetime.
  Nanoseconds min_lifetime{0};
  std::optional<Nanoseconds> max_lifetime = std::nullopt;
  bool leaked = false;                                  // never freed
  std::optional<std::uint64_t> address = std::nullopt;  // of any byte of the block
  std::optional<TraceId> trace = std::nullopt;
};

// What became of a block.
enum class Fate { kFreed, kFreedTemporary, kNeverFreed };

struct LoggedAllocation {
  std::uint64_t number = 0;  // counts from 0 in order of time
  LogBlock block;
  Fate fate = Fate::kNeverFreed;
  Nanoseconds lifetime{0};  // until its end, or as long as it is known to have lived
};

using AllocationVisitor = std::function<bool(const LoggedAllocation&)>;

// Purpose: finds the allocations that a query asks for. The log is read once for what became of
//   each block, once to count, and once more to give them.
// Memory: 8 bytes for each allocation of the run; and where the order is not that of time, 64 for
//   each one given.
// Lifetime: the profile must outlive it. Threads: one at a time.
// Errors: Error if there is no log, or it contradicts itself; as take_snapshot, kept_tasks and
//   kept_by_process.
class Events {
 public:
  Events(const Profile& profile, EventSource source, EventQuery query);

  // Those that the query asks for, and all.
  Amount matched() const { return matched_; }
  Amount whole() const { return whole_; }

  // The first `limit` in order, while `visit` returns true.
  void for_each(const AllocationVisitor& visit) const;

 private:
  void find_ends();
  void resolve_moments();
  bool matches(const LoggedAllocation& allocation) const;
  LoggedAllocation allocation(std::uint64_t number, const LogBlock& block) const;
  void scan(const AllocationVisitor& visit) const;

  const Profile& profile_;
  EventSource source_;
  EventQuery query_;
  std::vector<bool> kept_;  // by tally
  Nanoseconds from_{0};
  Nanoseconds to_{Nanoseconds::max()};
  Nanoseconds end_{0};               // of the log
  std::vector<std::uint64_t> ends_;  // by block: its time and kind; 0: none
  std::optional<ProcessId> image_;   // of whose peak live_at is
  std::vector<bool> live_;           // by block, where live_at is asked for
  Amount matched_;
  Amount whole_;
};

}  // namespace heaptally
