// DomainEvents: what happens in domains other than the heap.
#pragma once

#include <cstdint>
#include <string>

#include "core/collect/domain_table.h"
#include "core/collect/tallies.h"
#include "core/collect/task_table.h"
#include "core/collect/trace_store.h"
#include "core/collect/tracked_process.h"
#include "wire/events.h"

namespace heaptally {

struct DomainCounts {
  std::uint64_t frees = 0;  // of blocks, whole mappings included
  std::uint64_t unknown_frees = 0;
  std::uint64_t inferred_frees = 0;
  std::uint64_t damaged_traces = 0;
};

// Purpose: applies events of pools and mappings, in order of their stamps, to the blocks of their
//   process and to the tallies. What is temporary is so within its domain: freed by the thread
//   that allocated it, which allocated nothing else there in between. Threads: one at a time.
class DomainEvents {
 public:
  DomainEvents(TraceStore& traces, TaskTable& tasks, Tallies& tallies, DomainTable& domains)
      : traces_(traces), tasks_(tasks), tallies_(tallies), domains_(domains) {}

  // What the process calls a domain from now on.
  void name(TrackedProcess& process, std::uint32_t number, const std::string& name);
  void apply(LaneState& lane, const wire::Event& event, Nanoseconds now);
  // All its blocks are forgotten: they are live no more.
  void forget(TrackedProcess& process);
  // Calls visit(tally, bytes, birth) for each block that is live in it.
  template <class Visit>
  static void for_each_live(const TrackedProcess& process, Visit visit) {
    for (const auto& [domain, live] : process.domains.live) {
      live.for_each([&](const LiveBlock& block) { visit(block.tally, block.size, block.birth); });
    }
    for (const MappingTable::Mapping& mapping : process.domains.mappings.mappings()) {
      visit(mapping.tally, mapping.bytes, mapping.birth);
    }
  }
  // What is live in it is its leaks.
  void end_process(TrackedProcess& process);

  const DomainCounts& counts() const { return counts_; }

 private:
  DomainTally& tally_of(TallyId tally) {
    return domains_.tally(tasks_.task(tallies_.task_of(tally)).domain);
  }
  DomainId domain_of(const TrackedProcess& process, wire::DomainNumber number);
  TallyId tally_for(LaneState& lane, DomainId domain, const wire::Event& event);
  void allocate(LaneState& lane, const wire::Event& event, Nanoseconds now);
  void free(LaneState& lane, const wire::Event& event, Nanoseconds now);
  void map(LaneState& lane, const wire::Event& event, Nanoseconds now);
  void unmap(LaneState& lane, std::uint64_t address, std::uint64_t size, Nanoseconds now);
  void freed(LaneState& lane, DomainId domain, TallyId tally, std::uint64_t block,
             std::uint64_t size, Tallies::FreedPart part);

  TraceStore& traces_;
  TaskTable& tasks_;
  Tallies& tallies_;
  DomainTable& domains_;
  DomainCounts counts_;
};

}  // namespace heaptally
