// Limits: what a run may come to, for gates in CI.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/mark_leaks.h"
#include "core/profile/statistics.h"

namespace heaptally {

// What can be limited. peak: bytes at the high-water mark (of the heap, or of the one domain that
// is asked for); leaked: bytes never freed; live: bytes at a moment; total: bytes allocated; count:
// allocations; temporary: allocations that were freed before their thread allocated again.
enum class Measure { kPeak, kLeaked, kLive, kTotal, kCount, kTemporary };

std::string_view name_of(Measure measure);
bool is_in_bytes(Measure measure);

struct Limit {
  Measure measure{};
  std::uint64_t most = 0;  // what is allowed, included; of `share` worked out when it is checked
  // If set, `most` is this share of the allocations that count, from 0 to 1; of kTemporary.
  std::optional<double> share = std::nullopt;
  std::string text = {};  // as it was given, with its option
};

// A limit beside what was measured.
struct CheckedLimit {
  Limit limit;
  std::uint64_t found = 0;
  std::vector<Statistic> worst;  // traces that come to most, if it is broken

  bool is_broken() const { return found > limit.most; }
};

struct CheckQuestion {
  std::vector<Limit> limits;
  // Only traces that pass a place which one of these names, as named_places has it.
  std::vector<std::string> places;
  Moment live_at{.kind = Moment::Kind::kEnd};
  std::vector<std::string> suppressions;  // LeakSanitizer's, for what leaked
  std::size_t worst = 3;                  // how many traces to name
  bool may_be_nothing = false;            // `places` and filters may keep nothing
};

// The recording that is checked. All must outlive the call.
struct CheckSource {
  const Profile& profile;
  BucketSource buckets;
  CrossingSource crossings;
  EventSource events;
};

// Of `query` the filters count. Errors: Error of usage if nothing that they keep was allocated by
// way of one of the places, or if they keep nothing at all, for a gate that guards nothing is a
// trap; as take_snapshot, find_leaks and kept_tallies.
std::vector<CheckedLimit> check_limits(const CheckSource& source, const Query& query,
                                       const CheckQuestion& question);

// What another recording came to as limits, each with a share of it on top.
std::vector<Limit> limits_from(const std::vector<CheckedLimit>& measured, double tolerance,
                               const std::string& text);

}  // namespace heaptally
