#include "core/collect/domain_events.h"

#include <bit>

#include "core/collect/image_family.h"

namespace heaptally {

void DomainEvents::name(TrackedProcess& process, std::uint32_t number, const std::string& name) {
  if (number < wire::kFirstNamed || number >= wire::kFirstNamed + wire::kMostNamed) return;
  process.domains.named[static_cast<wire::DomainNumber>(number)] = domains_.named(name);
}

DomainId DomainEvents::domain_of(const TrackedProcess& process, wire::DomainNumber number) {
  if (number == wire::kMapped) return kMappedDomain;
  if (number == wire::kAllocator) return kAllocatorDomain;
  if (number == wire::kOthers) return domains_.others();
  const auto named = process.domains.named.find(number);
  // The note with its name was lost.
  return named == process.domains.named.end() ? domains_.named("") : named->second;
}

TallyId DomainEvents::tally_for(LaneState& lane, DomainId domain, const wire::Event& event) {
  const auto [known, is_new] = lane.in_domains.try_emplace(domain);
  if (is_new) known->second.task = tasks_.in_domain(lane.task, domain);
  const TrackedProcess& process = *lane.process;
  bool is_sound = true;
  const TraceId trace = process.family->trace_of(event.trace, process.pid, traces_, is_sound);
  if (!is_sound) ++counts_.damaged_traces;
  return tallies_.tally_of(trace, known->second.task,
                           static_cast<SizeClass>(std::bit_width(event.size)));
}

// `block` is what the lane may know as its last allocation.
void DomainEvents::freed(LaneState& lane, DomainId domain, TallyId tally, std::uint64_t block,
                         std::uint64_t size, Tallies::FreedPart part) {
  const auto known = lane.in_domains.find(domain);
  if (known != lane.in_domains.end() && known->second.last_allocation == block && part.is_last) {
    known->second.last_allocation = 0;
    if (tallies_.task_of(tally) == known->second.task) part.temporary = size;
  }
  counts_.frees += part.is_last;
  tallies_.free(tally, part, domains_.tally(domain));
}

void DomainEvents::allocate(LaneState& lane, const wire::Event& event, Nanoseconds now) {
  TrackedProcess& process = *lane.process;
  const DomainId domain = domain_of(process, event.domain);
  const TallyId tally = tally_for(lane, domain, event);
  LiveBlock former;
  if (process.domains.live[domain].insert({event.address, event.size, now, tally}, former)) {
    // Its free was not told, as where a pool drops all of its blocks at once.
    ++counts_.inferred_frees;
    tallies_.free(former.tally, {.bytes = former.size, .birth = former.birth, .now = now},
                  domains_.tally(domain));
  }
  tallies_.allocate(tally, event.size, now, domains_.tally(domain));
  lane.in_domains[domain].last_allocation = event.address;
}

void DomainEvents::free(LaneState& lane, const wire::Event& event, Nanoseconds now) {
  TrackedProcess& process = *lane.process;
  const DomainId domain = domain_of(process, event.domain);
  LiveBlock block;
  if (!process.domains.live[domain].remove(event.address, block)) {
    // A forked process may free what its parent allocated.
    if (!process.is_forked && !process.has_untraced) ++counts_.unknown_frees;
    return;
  }
  freed(lane, domain, block.tally, event.address, block.size,
        {.bytes = block.size, .birth = block.birth, .now = now});
}

void DomainEvents::map(LaneState& lane, const wire::Event& event, Nanoseconds now) {
  unmap(lane, event.address, event.size, now);
  TrackedProcess& process = *lane.process;
  const DomainId domain = domain_of(process, event.domain);
  const TallyId tally = tally_for(lane, domain, event);
  lane.in_domains[domain].last_allocation =
      process.domains.mappings.map(event.address, event.size, tally, domain, now);
  tallies_.allocate(tally, event.size, now, domains_.tally(domain));
}

// Of what was mapped unseen nothing is known, and nothing goes.
void DomainEvents::unmap(LaneState& lane, std::uint64_t address, std::uint64_t size,
                         Nanoseconds now) {
  for (const MappingTable::Cut& cut : lane.process->domains.mappings.unmap(address, size)) {
    const MappingTable::Mapping& mapping = cut.of;
    freed(lane, mapping.domain, mapping.tally, mapping.number, mapping.size,
          {.bytes = cut.bytes, .is_last = mapping.bytes == 0, .birth = mapping.birth, .now = now});
  }
}

void DomainEvents::apply(LaneState& lane, const wire::Event& event, Nanoseconds now) {
  switch (event.kind) {
    case wire::EventKind::kDomainAllocate:
      return allocate(lane, event, now);
    case wire::EventKind::kDomainFree:
      return free(lane, event, now);
    case wire::EventKind::kMap:
      return map(lane, event, now);
    case wire::EventKind::kUnmap:
      return unmap(lane, event.address, event.size, now);
    default:
      return;
  }
}

void DomainEvents::forget(TrackedProcess& process) {
  for_each_live(process, [&](TallyId tally, std::uint64_t bytes, Nanoseconds birth) {
    tallies_.forget(tally, bytes, birth, tally_of(tally));
  });
  process.domains.live.clear();
  process.domains.mappings = {};
}

void DomainEvents::end_process(TrackedProcess& process) {
  for_each_live(process, [&](TallyId tally, std::uint64_t bytes, Nanoseconds birth) {
    tallies_.end(tally, bytes, birth, tally_of(tally));
  });
}

}  // namespace heaptally
