#include "core/profile/tree.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/profile/random_recording.h"

namespace heaptally {
namespace {

Snapshot peak_of(const RecordingBuilder& recording) {
  return take_snapshot(recording.data, recording.timeline(), Metric::kLive, {});
}

struct Asked {
  Group group = Group::kLine;
  SortBy sort = SortBy::kSize;
  TreeShape shape;
  bool raw = false;
};

// A node with what is below it as a line of text: "main.cpp:1 30/3[...]".
std::string drawn(const Profile& profile, const CallTree& tree, const CallNode& node) {
  const Places& places = profile.places();
  std::string text;
  for (const CallNode& child : tree.children(node)) {
    text += text.empty() ? "" : " ";
    text += places[child.place].source ? std::string(places.where(child.place)) + ":" +
                                             std::to_string(places[child.place].line)
                                       : std::string(places.function(child.place));
    if (child.recursive) text += "*";
    text += "=" + std::to_string(child.cumulative.bytes);
    if (child.self.bytes != 0 && child.self != child.cumulative) {
      text += "/" + std::to_string(child.self.bytes);
    }
    const std::string below = drawn(profile, tree, child);
    if (!below.empty()) text += "(" + below + ")";
  }
  if (node.children_left_out != 0) {
    text += (text.empty() ? "-" : " -") + std::to_string(node.left_out.bytes);
  }
  return text;
}

std::string drawn(const RecordingBuilder& recording, const Asked& asked = {}) {
  const Profile profile(recording.data, {.raw = asked.raw, .machinery = {}});
  Query query;
  query.group = asked.group;
  query.sort = asked.sort;
  const CallTree tree(profile, peak_of(recording), query, asked.shape);
  return drawn(profile, tree, tree.root());
}

class SmallTree : public testing::Test {
 protected:
  SmallTree() {
    const FrameId main = recording_.line("m", 1, "main");
    const FrameId a = recording_.line("a", 2, "a");
    const FrameId b = recording_.line("b", 3, "b");
    recording_.allocate(recording_.trace({main, a}), {10, 9});
    recording_.allocate(recording_.trace({main, a, b}), {20, 1});
    recording_.allocate(recording_.trace({main, b}), {100, 2});
    recording_.allocate(recording_.trace({main, b, recording_.symbol("malloc", 1)}), {5, 1});
  }
  RecordingBuilder recording_;
};

TEST_F(SmallTree, GoesDownToTheSites) {
  EXPECT_EQ(drawn(recording_), "m:1=135(b:3=105 a:2=30/10(b:3=20))");
}

TEST_F(SmallTree, GoesOnToTheAllocatorIfRaw) {
  EXPECT_EQ(drawn(recording_, {.shape = {}, .raw = true}),
            "m:1=135(b:3=105/100(malloc=5) a:2=30/10(b:3=20))");
}

TEST_F(SmallTree, GoesUpFromTheSites) {
  EXPECT_EQ(drawn(recording_, {.shape = {.bottom_up = true, .least = {}}}),
            "b:3=125(m:1=105 a:2=20(m:1=20)) a:2=10(m:1=10)");
}

TEST_F(SmallTree, IsInOrderOfTheCount) {
  EXPECT_EQ(drawn(recording_, {.sort = SortBy::kCount, .shape = {}}),
            "m:1=135(a:2=30/10(b:3=20) b:3=105)");
}

TEST_F(SmallTree, LeavesOutWhatIsSmall) {
  EXPECT_EQ(drawn(recording_, {.shape = {.least = {.share = 0.2}}}),
            "m:1=135(b:3=105 a:2=30/10(-20))");
  EXPECT_EQ(drawn(recording_, {.shape = {.least = {.amount = 31}}}), "m:1=135(b:3=105 -30)");
  EXPECT_EQ(drawn(recording_, {.shape = {.bottom_up = true, .least = {.amount = 20}}}),
            "b:3=125(m:1=105 a:2=20(m:1=20)) -10");
  EXPECT_EQ(drawn(recording_, {.sort = SortBy::kCount, .shape = {.least = {.amount = 4}}}),
            "m:1=135(a:2=30/10(-20) -105)");
}

TEST_F(SmallTree, EndsAtTheDepthAskedFor) {
  EXPECT_EQ(drawn(recording_, {.shape = {.least = {}, .depth = 1}}), "m:1=135(-135)");
  EXPECT_EQ(drawn(recording_, {.shape = {.least = {}, .depth = 2}}),
            "m:1=135(b:3=105 a:2=30/10(-20))");
  // a's caller gets all that a has, so it is on the level of a.
  EXPECT_EQ(drawn(recording_, {.shape = {.bottom_up = true, .least = {}, .depth = 1}}),
            "b:3=125(-125) a:2=10(m:1=10)");
}

TEST(CallTree, TakesWhatCallsItselfAsOneNode) {
  RecordingBuilder recording;
  const FrameId main = recording.line("m", 1, "main");
  const FrameId walk = recording.line("w", 2, "walk");
  const FrameId leaf = recording.line("w", 3, "walk");
  recording.allocate(recording.trace({main, walk, walk, walk, leaf}), {10, 1});
  recording.allocate(recording.trace({main, walk, leaf}), {5, 1});
  EXPECT_EQ(drawn(recording), "m:1=15(w:2*=15(w:3=15))");
  EXPECT_EQ(drawn(recording, {.group = Group::kFunction, .shape = {}}), "m:1=15(w:2*=15)");
  EXPECT_EQ(drawn(recording, {.group = Group::kFile, .shape = {.bottom_up = true, .least = {}}}),
            "w:3*=15(m:1=15)");
}

TEST(CallTree, HasATraceWithoutFrames) {
  RecordingBuilder recording;
  recording.allocate(kRootTrace, {5, 1});
  EXPECT_EQ(drawn(recording), "<unknown>:0=5");
  EXPECT_EQ(drawn(recording, {.shape = {.bottom_up = true, .least = {}}}), "<unknown>:0=5");
  EXPECT_EQ(drawn(RecordingBuilder()), "");
}

TEST(CallTree, RefusesGroupsThatAreNoPlaces) {
  for (const Group group : {Group::kTraceback, Group::kThread, Group::kProcess, Group::kSize}) {
    EXPECT_THROW(drawn(RecordingBuilder(), {.group = group, .shape = {}}), Error);
  }
}

using KeyAmounts = std::map<std::uint32_t, Amount>;

// What tables say, by number of the key, as far as it is something.
KeyAmounts table(const Profile& profile, const Snapshot& snapshot, Query query, PlaceKeys& keys) {
  KeyAmounts result;
  for (const Statistic& row : statistics(profile, snapshot, query).rows) {
    result[keys[row.key.place]] = row.amount;
  }
  return result;
}

void add(KeyAmounts& amounts, std::uint32_t key, Amount amount) {
  if (amount != Amount{}) amounts[key] += amount;
}

// What a tree says: each key's nodes that have none of the key above them.
KeyAmounts cumulative_of(const CallTree& tree, PlaceKeys& keys) {
  KeyAmounts result;
  const std::vector<CallNode>& nodes = tree.nodes();
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const std::uint32_t key = keys[nodes[i].place];
    bool is_first = nodes[i].place != kCutPlace;
    for (std::uint32_t above = nodes[i].parent; above != 0; above = nodes[above].parent) {
      is_first = is_first && keys[nodes[above].place] != key;
    }
    if (is_first) add(result, key, nodes[i].cumulative);
  }
  return result;
}

KeyAmounts ends_of(const CallTree& tree, bool bottom_up, PlaceKeys& keys) {
  KeyAmounts result;
  if (bottom_up) {
    for (const CallNode& node : tree.children(tree.root())) {
      add(result, keys[node.place], node.cumulative);
    }
    return result;
  }
  for (const CallNode& node : tree.nodes()) add(result, keys[node.place], node.self);
  return result;
}

void expect_sums(const CallTree& tree, Amount kept) {
  EXPECT_EQ(tree.root().cumulative, kept);
  for (const CallNode& node : tree.nodes()) {
    Amount sum = node.self + node.left_out;
    for (const CallNode& child : tree.children(node)) {
      sum += child.cumulative;
      EXPECT_EQ(&tree.nodes()[child.parent], &node);
      EXPECT_EQ(child.depth, node.depth + 1);
    }
    EXPECT_EQ(sum, node.cumulative);
    EXPECT_EQ(node.children_left_out == 0, node.left_out == Amount{});
  }
}

class RandomTrees : public testing::TestWithParam<std::tuple<Group, bool>> {};

TEST_P(RandomTrees, AgreeWithTables) {
  const auto [group, bottom_up] = GetParam();
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const RecordingBuilder recording = random_recording(seed);
    const Snapshot snapshot = peak_of(recording);
    for (const bool raw : {false, true}) {
      const Profile profile(recording.data, {.raw = raw, .machinery = {}});
      Query query;
      query.group = group;
      if (seed % 3 == 1) query.filters = {parse_filter("src/1.cpp", true, true)};
      if (seed % 3 == 2) query.filters = {parse_filter("*:2", false, false)};
      const TreeShape shape = {.bottom_up = bottom_up, .least = {}};
      const CallTree tree(profile, snapshot, query, shape);
      PlaceKeys keys(profile.places(), group);
      SCOPED_TRACE(testing::Message() << "seed " << seed << " raw " << raw);
      expect_sums(tree, statistics(profile, snapshot, query).kept);
      EXPECT_EQ(ends_of(tree, bottom_up, keys), table(profile, snapshot, query, keys));
      if (!raw) continue;  // else the tree has no machinery inward of sites, which tables have
      query.cumulative = true;
      EXPECT_EQ(cumulative_of(tree, keys), table(profile, snapshot, query, keys));
    }
  }
}

// What is left out is left out of a whole tree.
TEST_P(RandomTrees, AreTheSameWhereTheyAreShown) {
  const auto [group, bottom_up] = GetParam();
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const RecordingBuilder recording = random_recording(seed);
    const Snapshot snapshot = peak_of(recording);
    const Profile profile(recording.data, {});
    Query query;
    query.group = group;
    const CallTree all(profile, snapshot, query, {.bottom_up = bottom_up, .least = {}});
    const std::uint64_t least = all.root().cumulative.bytes / 20;
    const CallTree some(profile, snapshot, query,
                        {.bottom_up = bottom_up, .least = {.amount = least}});
    expect_sums(some, all.root().cumulative);
    std::multiset<std::uint64_t> expected, found;
    for (const CallNode& node : all.nodes()) {
      if (node.cumulative.bytes >= least) expected.insert(node.cumulative.bytes);
    }
    for (const CallNode& node : some.nodes()) found.insert(node.cumulative.bytes);
    EXPECT_EQ(found, expected) << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Groups, RandomTrees,
                         testing::Combine(testing::Values(Group::kLine, Group::kFile,
                                                          Group::kFunction, Group::kModule),
                                          testing::Bool()));

}  // namespace
}  // namespace heaptally
