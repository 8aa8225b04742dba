// What the tallies make of events in other domains than the heap.
#include "tests/collect/event_tally_fixture.h"

namespace heaptally {
namespace {

using wire::EventKind;

// A pool called by the note's text, whose number is 3.
class InDomains : public EventTallyTest {
 protected:
  InDomains() { name(wire::kFirstNamed, "pool"); }

  void name(std::uint64_t number, const char (&name)[5], std::uint32_t lane = 0) {
    const auto kind = static_cast<std::uint64_t>(wire::NoteKind::kDomain);
    apply(make_event(EventKind::kNote, stamp(), kind, number << 32 | 11, sizeof(name) - 1), lane);
    wire::Event text = make_event(EventKind::kText, stamp(), 0);
    std::memcpy(&text.address, name, sizeof(name) - 1);
    apply(text, lane);
  }
  void in_domain(EventKind kind, wire::DomainNumber domain, std::uint64_t address,
                 std::uint64_t size, std::uint32_t lane = 0) {
    wire::Event event = make_event(kind, stamp(), address, size, 1);
    event.domain = domain;
    apply(event, lane);
  }
  void pool(std::uint64_t address, std::uint64_t size, std::uint32_t lane = 0) {
    in_domain(EventKind::kDomainAllocate, wire::kFirstNamed, address, size, lane);
  }
  void pool_free(std::uint64_t address, std::uint32_t lane = 0) {
    in_domain(EventKind::kDomainFree, wire::kFirstNamed, address, 0, lane);
  }
  void map(std::uint64_t address, std::uint64_t size, std::uint32_t lane = 0) {
    in_domain(EventKind::kMap, wire::kMapped, address, size, lane);
  }
  void unmap(std::uint64_t address, std::uint64_t size, std::uint32_t lane = 0) {
    in_domain(EventKind::kUnmap, wire::kMapped, address, size, lane);
  }
  DomainTally& of_pool() { return domains_.tally(domains_.named("pool")); }
  DomainTally& of_mapped() { return domains_.tally(kMappedDomain); }

  // Of all tallies in the domain.
  TallyTotals totals_of(DomainId domain) {
    TallyTotals sum;
    const std::vector<TallyKey> keys = tallies_.take_new_keys();
    keys_.insert(keys_.end(), keys.begin(), keys.end());
    const auto peak_number = [&](TaskId task) {
      return std::optional(domains_.tally(tasks_.task(task).domain).peak_number);
    };
    for (const TallyTotals& totals : tallies_.totals(peak_number)) {
      if (tasks_.task(keys_[index_of(totals.id)].task).domain != domain) continue;
      sum.total += totals.total;
      sum.temporary += totals.temporary;
      sum.live_at_end += totals.live_at_end;
      sum.live_at_peak += totals.live_at_peak;
      sum.live_at_process_peak += totals.live_at_process_peak;
      for (const auto& [number, count] : totals.lifetimes) sum.lifetimes.emplace_back(0, count);
    }
    return sum;
  }

  std::vector<TallyKey> keys_;
};

TEST_F(InDomains, AreApartFromTheHeapAndFromEachOther) {
  allocate(0x1000, 100);
  pool(0x1000, 30);  // at the same address
  pool(0x1020, 30);
  map(0x1000, 0x3000);
  EXPECT_EQ(tallies_.total(), (Amount{100, 1}));
  EXPECT_EQ(parent_.tally.total, (Amount{100, 1}));
  EXPECT_EQ(tallies_.peak(), (Amount{100, 1}));
  EXPECT_EQ(of_pool().live, (Amount{60, 2}));
  EXPECT_EQ(of_mapped().live, (Amount{0x3000, 1}));
  free(0x1000);
  EXPECT_EQ(of_pool().live, (Amount{60, 2}));
  pool_free(0x1000);
  EXPECT_EQ(of_pool().live, (Amount{30, 1}));
  EXPECT_EQ(of_pool().peak, (Amount{60, 2}));
  EXPECT_EQ(events_.counts().frees, 1u);
  EXPECT_EQ(events_.domain_counts().frees, 1u);
}

TEST_F(InDomains, TheirPeakIsTheirOwnAndTheHeapsIsKeptOfThem) {
  pool(0x100, 10);
  allocate(0x1000, 100);  // the heap's peak: the pool has 10
  pool(0x200, 20);
  free(0x1000);
  pool_free(0x100);
  EXPECT_EQ(of_pool().peak, (Amount{30, 2}));
  const TallyTotals totals = totals_of(domains_.named("pool"));
  EXPECT_EQ(totals.live_at_peak, (Amount{10, 1}));
  EXPECT_EQ(totals.live_at_process_peak, (Amount{30, 2}));  // the domain's own
  EXPECT_EQ(totals.live_at_end, (Amount{20, 1}));
}

TEST_F(InDomains, WhatIsTemporaryIsSoWithinItsDomain) {
  pool(0x100, 10);
  allocate(0x900, 1);  // of another domain
  pool_free(0x100);
  pool(0x100, 10);
  pool(0x200, 20);
  pool_free(0x100);  // not: 0x200 came between
  map(0x1000, 0x2000);
  unmap(0x1000, 0x1000);  // a part of it
  unmap(0x2000, 0x1000);
  map(0x1000, 0x2000);
  unmap(0x1000, 0x2000, 1);  // another thread
  EXPECT_EQ(totals_of(domains_.named("pool")).temporary, (Amount{10, 1}));
  EXPECT_EQ(totals_of(kMappedDomain).temporary, (Amount{0x2000, 1}));
}

TEST_F(InDomains, AMappingIsCountedUntilItsLastPieceIsGone) {
  map(0x10000, 0x4000);
  unmap(0x11000, 0x1000);
  EXPECT_EQ(of_mapped().live, (Amount{0x3000, 1}));
  unmap(0x0, 0x11000);  // what else was there is not known
  EXPECT_EQ(of_mapped().live, (Amount{0x2000, 1}));
  map(0x12000, 0x8000);  // over the rest of it
  EXPECT_EQ(of_mapped().live, (Amount{0x8000, 1}));
  EXPECT_EQ(of_mapped().total, (Amount{0xc000, 2}));
  EXPECT_EQ(of_mapped().peak, (Amount{0x8000, 1}));
  const TallyTotals totals = totals_of(kMappedDomain);
  EXPECT_EQ(totals.total, (Amount{0xc000, 2}));
  EXPECT_EQ(totals.live_at_end, (Amount{0x8000, 1}));
  EXPECT_EQ(totals.lifetimes.size(), 1u);
  EXPECT_EQ(events_.domain_counts().frees, 1u);
}

TEST_F(InDomains, PartsThatWereFreedAreInTheirBucket) {
  map(0x10000, 0x4000);
  tallies_.take_bucket(Nanoseconds(0), Nanoseconds(1));
  unmap(0x10000, 0x1000);
  unmap(0x11000, 0x1000);
  ASSERT_FALSE(tallies_.bucket_is_empty());
  const Bucket bucket = tallies_.take_bucket(Nanoseconds(1), Nanoseconds(1));
  ASSERT_EQ(bucket.deltas.size(), 1u);
  EXPECT_EQ(bucket.deltas[0].freed, (Amount{0x2000, 0}));
  unmap(0x12000, 0x2000);
  const Bucket last = tallies_.take_bucket(Nanoseconds(2), Nanoseconds(1));
  ASSERT_EQ(last.deltas.size(), 1u);
  EXPECT_EQ(last.deltas[0].freed, (Amount{0x2000, 1}));
}

TEST_F(InDomains, FreesThatWereMissedAreCounted) {
  pool(0x100, 10);
  pool(0x100, 20);
  pool_free(0x300);
  EXPECT_EQ(of_pool().live, (Amount{20, 1}));
  EXPECT_EQ(events_.domain_counts().inferred_frees, 1u);
  EXPECT_EQ(events_.domain_counts().unknown_frees, 1u);
  EXPECT_EQ(events_.counts().inferred_frees, 0u);
  EXPECT_EQ(events_.counts().unknown_frees, 0u);
}

TEST_F(InDomains, EachProcessNumbersThemForItself) {
  apply(thread_begin(stamp(), 21, "child", 1), 2);
  name(wire::kFirstNamed, "oval", 2);
  pool(0x100, 10);
  pool(0x100, 7, 2);
  pool_free(0x500, 2);  // perhaps its parent's
  in_domain(EventKind::kDomainAllocate, wire::kOthers, 0x100, 3);
  in_domain(EventKind::kDomainAllocate, 77, 0x100, 4);  // its name was lost
  EXPECT_EQ(of_pool().live, (Amount{10, 1}));
  EXPECT_EQ(domains_.tally(domains_.named("oval")).live, (Amount{7, 1}));
  EXPECT_EQ(domains_.tally(domains_.others()).live, (Amount{3, 1}));
  EXPECT_EQ(domains_.tally(domains_.named("")).live, (Amount{4, 1}));
  EXPECT_EQ(events_.domain_counts().unknown_frees, 0u);
}

TEST_F(InDomains, AreForgottenWhereTheProgramAsksForIt) {
  pool(0x100, 10);
  map(0x10000, 0x4000);
  unmap(0x10000, 0x1000);
  const auto kind = static_cast<std::uint64_t>(wire::NoteKind::kClear);
  apply(make_event(EventKind::kNote, stamp(), kind, 11), 0);
  EXPECT_EQ(of_pool().live, (Amount{0, 0}));
  EXPECT_EQ(of_mapped().live, (Amount{0, 0}));
  map(0x10000, 0x1000);
  events_.end_process(parent_);
  EXPECT_EQ(of_pool().live_at_end, (Amount{0, 0}));
  EXPECT_EQ(of_mapped().live_at_end, (Amount{0x1000, 1}));
  EXPECT_EQ(totals_of(kMappedDomain).total, (Amount{0x5000, 2}));
}

TEST_F(InDomains, WhatIsLiveAsTheProcessEndsIsItsLeaks) {
  pool(0x100, 10);
  map(0x10000, 0x4000);
  unmap(0x10000, 0x1000);
  tallies_.take_bucket(Nanoseconds(0), Nanoseconds(1));
  events_.end_process(parent_);
  EXPECT_EQ(of_pool().live, (Amount{0, 0}));
  EXPECT_EQ(of_pool().live_at_end, (Amount{10, 1}));
  EXPECT_EQ(of_mapped().live_at_end, (Amount{0x3000, 1}));
  EXPECT_EQ(totals_of(kMappedDomain).live_at_end, (Amount{0x3000, 1}));
  std::uint64_t survived = 0;
  for (const Survivors& row : tallies_.survivors()) {
    for (const TallyAmount& amount : row.amounts) survived += amount.amount.bytes;
  }
  EXPECT_EQ(survived, 10u + 0x3000u);
}

}  // namespace
}  // namespace heaptally
