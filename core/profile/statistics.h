// Statistics: a snapshot, grouped, filtered and ordered.
#pragma once

#include <string>
#include <vector>

#include "core/profile/filter.h"
#include "core/profile/keys.h"
#include "core/profile/snapshot.h"

namespace heaptally {

enum class SortBy { kSize, kCount };

// Reads "size" or "count". Errors: Error of usage.
SortBy parse_sort(std::string_view text);
std::string_view name_of(SortBy sort);

// What is asked of a snapshot.
struct Query {
  Group group = Group::kLine;
  SortBy sort = SortBy::kSize;
  bool cumulative = false;  // count a trace for every key among its places, once each
  std::vector<Filter> filters;
  // Only traces that pass a place which one of `through` names, if there is any, and none that
  // passes one that `without` names; see named_places. Machinery counts, too. A name that names
  // nothing keeps nothing, or leaves out nothing: require_places tells of it.
  std::vector<std::string> through = {};
  std::vector<std::string> without = {};
  std::vector<std::string> threads;    // see kept_tasks
  std::vector<std::string> processes;  // see kept_by_process
  std::vector<std::string> domains;    // see tasks_in_domains
  std::size_t limit = 0;               // how many rows; 0 for all

  bool restricts_traces() const { return !filters.empty() || !through.empty() || !without.empty(); }
  // Whether nothing of the heap is filtered out.
  bool keeps_all() const {
    return !restricts_traces() && threads.empty() && processes.empty() && domains.empty();
  }
};

struct Statistic {
  Key key;
  Amount amount;
};

struct Statistics {
  std::vector<Statistic> rows;  // the first `limit` in descending order
  std::size_t groups = 0;       // how many rows there are without a limit
  Amount covered;               // of what was kept, what the rows hold; shared traces count once
  Amount kept;                  // after the filters
  Amount whole;                 // before the filters, but in the domains asked for
};

// Errors: Error of usage for a cumulative group that is not by place.
void check(const Query& query);

// Groups the amounts of a snapshot. Rows are in descending order of (size, count, key), or of
// (count, size, key); keys as compare_keys has them. Rows of nothing are left out.
// Errors: as check and kept_tallies.
Statistics statistics(const Profile& profile, const Snapshot& snapshot, const Query& query);

// The same without an order and without a limit.
Statistics unordered_statistics(const Profile& profile, const Snapshot& snapshot,
                                const Query& query);

}  // namespace heaptally
