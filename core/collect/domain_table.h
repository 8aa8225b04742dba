// DomainTable: the domains of the recording other than the heap.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/types.h"
#include "core/collect/tallies.h"
#include "core/recording/model.h"

namespace heaptally {

// Purpose: gives each name a domain, the same in all processes, and has what the domain amounts
//   to. Beyond kMaxNamed names, all others share one. Threads: one at a time.
class DomainTable {
 public:
  static constexpr std::size_t kMaxNamed = 200;

  DomainTable();

  // The domain that a program calls so. The names heap, mmap, allocator and all mean something
  // else: a program's are told apart from these.
  DomainId named(const std::string& name);
  // Where those go that are too many.
  DomainId others();

  DomainTally& tally(DomainId id) { return tallies_[index_of(id)]; }
  const DomainTally& tally(DomainId id) const { return tallies_[index_of(id)]; }

  // All, with what they amount to by now, and with the heap's own from the header.
  std::vector<Domain> rows(const Header& header) const;

 private:
  DomainId add(const std::string& name);

  std::vector<std::string> names_;
  std::vector<DomainTally> tallies_;  // the heap's is not used
  std::unordered_map<std::string, DomainId> by_name_;
};

}  // namespace heaptally
