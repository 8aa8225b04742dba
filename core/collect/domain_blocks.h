// What a process holds in domains other than the heap.
#pragma once

#include <map>

#include "core/base/types.h"
#include "core/collect/live_table.h"
#include "core/collect/mapping_table.h"
#include "wire/events.h"

namespace heaptally {

// A pool's blocks lie within blocks of the heap, and may begin where these do: each domain has a
// table of its own.
struct DomainBlocks {
  std::map<wire::DomainNumber, DomainId> named;  // as the process numbers them
  std::map<DomainId, LiveTable> live;            // but for mappings
  MappingTable mappings;                         // the program's and the allocator's
};

}  // namespace heaptally
