#include "wire/privileges.h"

#include <gtest/gtest.h>

namespace heaptally::wire {
namespace {

constexpr Caller kUser = {1000, 1000, 100, 100};
constexpr Caller kRoot = {0, 0, 0, 0};

FileRights file(std::uint32_t mode, std::uint32_t owner, std::uint32_t group) {
  return {mode, owner, group, false, false, false};
}

TEST(Privileges, AnOrdinaryFileGivesNone) {
  EXPECT_FALSE(privileges_of(kUser, file(0755, 0, 0)).any());
  EXPECT_FALSE(privileges_of(kRoot, file(0755, 1000, 100)).any());
}

TEST(Privileges, SetUserIdCountsForOthersOnly) {
  EXPECT_TRUE(privileges_of(kUser, file(04755, 0, 0)).set_user);
  EXPECT_FALSE(privileges_of(kUser, file(04755, 1000, 0)).any());
  EXPECT_FALSE(privileges_of(kRoot, file(04755, 0, 0)).any());
  EXPECT_TRUE(privileges_of(kRoot, file(04755, 1000, 0)).set_user);
}

TEST(Privileges, SetGroupIdNeedsExecutionByTheGroup) {
  EXPECT_TRUE(privileges_of(kUser, file(02755, 0, 5)).set_group);
  EXPECT_FALSE(privileges_of(kUser, file(02745, 0, 5)).any());
  EXPECT_FALSE(privileges_of(kUser, file(02755, 0, 100)).any());
}

TEST(Privileges, CapabilitiesAreNothingNewToRoot) {
  FileRights ping = file(0755, 0, 0);
  ping.has_capabilities = true;
  EXPECT_TRUE(privileges_of(kUser, ping).capabilities);
  EXPECT_FALSE(privileges_of(kRoot, ping).any());
}

TEST(Privileges, ANosuidMountTurnsAllOff) {
  FileRights all = {06755, 0, 0, true, true, false};
  EXPECT_FALSE(privileges_of(kUser, all).any());
}

TEST(Privileges, NoNewPrivilegesTurnsTheIdsOffOnly) {
  FileRights all = {06755, 0, 0, true, false, true};
  const Privileges found = privileges_of(kUser, all);
  EXPECT_FALSE(found.set_user);
  EXPECT_FALSE(found.set_group);
  EXPECT_TRUE(found.capabilities);
}

TEST(Privileges, ACallerWithTwoIdentitiesPassesThemOn) {
  const Caller dropped = {0, 1000, 0, 0};
  EXPECT_TRUE(privileges_of(dropped, file(0755, 0, 0)).of_caller);
  // The file sets the id back to the caller's own.
  EXPECT_FALSE(privileges_of(dropped, file(04755, 0, 0)).any());
}

}  // namespace
}  // namespace heaptally::wire
