#include "core/collect/domain_table.h"

#include <gtest/gtest.h>

namespace heaptally {
namespace {

TEST(DomainTable, EachNameIsOneDomain) {
  DomainTable domains;
  const DomainId pool = domains.named("pool");
  EXPECT_EQ(pool, DomainId{3});
  EXPECT_EQ(domains.named("arena"), DomainId{4});
  EXPECT_EQ(domains.named("pool"), pool);
  domains.tally(pool).total = {7, 1};
  domains.tally(pool).live = {3, 1};
  domains.tally(pool).live_at_end = {4, 2};
  Header header;
  header.total = {100, 10};
  const std::vector<Domain> rows = domains.rows(header);
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[0].name, "heap");
  EXPECT_EQ(rows[0].total, (Amount{100, 10}));
  EXPECT_EQ(rows[1].name, "mmap");
  EXPECT_EQ(rows[2].name, "allocator");
  EXPECT_EQ(rows[3].total, (Amount{7, 1}));
  EXPECT_EQ(rows[3].live_at_end, (Amount{7, 3}));
}

TEST(DomainTable, NamesThatMeanSomethingElseAreToldApart) {
  DomainTable domains;
  for (const char* name : {"heap", "mmap", "allocator", "all"}) {
    const DomainId id = domains.named(name);
    EXPECT_EQ(domains.rows({})[index_of(id)].name, std::string(name) + " (program)");
  }
  const DomainId unnamed = domains.named("");
  EXPECT_EQ(domains.rows({})[index_of(unnamed)].name, "(unnamed)");
}

TEST(DomainTable, BeyondTheLimitAllOthersAreOne) {
  DomainTable domains;
  for (int i = 0; i < 200; ++i) domains.named("pool " + std::to_string(i));
  const DomainId other = domains.named("one more");
  EXPECT_EQ(domains.named("another"), other);
  EXPECT_EQ(domains.others(), other);
  EXPECT_EQ(domains.named("pool 7"), DomainId{10});
  EXPECT_EQ(domains.rows({}).back().name, "(other domains)");
  EXPECT_EQ(domains.rows({}).size(), 204u);
}

}  // namespace
}  // namespace heaptally
