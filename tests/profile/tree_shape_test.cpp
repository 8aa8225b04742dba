// Call trees in which some calls take no node: recursion, and places that are merged.
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/profile/random_recording.h"
#include "tests/profile/ways.h"

namespace heaptally {
namespace {

Snapshot peak_of(const RecordingBuilder& recording) {
  return take_snapshot(recording.data, recording.timeline(), Metric::kLive, {});
}

// "m=30(a*=20/5 ...)": functions with what they come to, and what they have of their own.
std::string shaped(const Profile& profile, const CallTree& tree, const CallNode& node) {
  std::string text;
  for (const CallNode& child : tree.children(node)) {
    text += text.empty() ? "" : " ";
    text += std::string(profile.places().function(child.place)) + (child.recursive ? "*" : "");
    text += "=" + std::to_string(child.cumulative.bytes);
    if (child.self != Amount{} && child.self != child.cumulative) {
      text += "/" + std::to_string(child.self.bytes);
    }
    const std::string below = shaped(profile, tree, child);
    if (!below.empty()) text += "(" + below + ")";
  }
  return text;
}

class TreeShapes : public testing::Test {
 protected:
  FrameId call(const std::string& name) { return recording_.line(name + ".cpp", 1, name); }
  std::string tree(const TreeShape& shape) const {
    const Profile profile(recording_.data, {});
    Query query;
    query.group = Group::kFunction;
    const CallTree tree(profile, peak_of(recording_), query, shape);
    return shaped(profile, tree, tree.root());
  }

  RecordingBuilder recording_;
  FrameId m_ = call("m"), a_ = call("a"), b_ = call("b"), c_ = call("c");
};

TEST_F(TreeShapes, GoBackToACallThatIsOnTheWay) {
  recording_.allocate(recording_.trace({m_, a_, b_, a_, c_}), {10, 1});
  recording_.allocate(recording_.trace({m_, a_, b_}), {5, 1});
  recording_.allocate(recording_.trace({m_, a_, a_}), {3, 1});
  EXPECT_EQ(tree({}), "m=18(a*=18/3(b=15/5(a=10(c=10))))");
  EXPECT_EQ(tree({.least = {}, .collapse_recursion = true}), "m=18(a*=18/3(c=10 b=5))");
  // What calls itself through others is one caller of the site.
  EXPECT_EQ(tree({.bottom_up = true, .least = {}, .collapse_recursion = true}),
            "c=10(a*=10(m=10)) b=5(a=5(m=5)) a*=3(m=3)");
}

TEST_F(TreeShapes, GiveWhatMergedCallsHaveToTheirCallers) {
  recording_.allocate(recording_.trace({m_, a_, b_, c_}), {10, 1});
  recording_.allocate(recording_.trace({m_, b_, a_}), {5, 1});
  EXPECT_EQ(tree({.least = {}, .merged = {"a"}}), "m=15(b=15/5(c=10))");
  EXPECT_EQ(tree({.least = {}, .merged = {"b"}}), "m=15(a=15/5(c=10))");
  EXPECT_EQ(tree({.least = {}, .merged = {"a", "c.cpp"}}), "m=15(b=15)");
  EXPECT_EQ(tree({.bottom_up = true, .least = {}, .merged = {"a"}}), "c=10(b=10(m=10)) b=5(m=5)");
  EXPECT_EQ(tree({.bottom_up = true, .least = {}, .merged = {"m"}}), "c=10(b=10(a=10)) a=5(b=5)");
  EXPECT_EQ(tree({.least = {}, .merged = {"nobody"}}), tree({}));
}

TEST_F(TreeShapes, MergeBeforeRecursionIsLookedFor) {
  recording_.allocate(recording_.trace({m_, a_, b_, a_}), {10, 1});
  EXPECT_EQ(tree({.least = {}, .merged = {"b"}}), "m=10(a*=10)");
}

TEST_F(TreeShapes, GiveTheRootWhatNobodyCalls) {
  recording_.allocate(recording_.trace({m_, a_}), {10, 1});
  const Profile profile(recording_.data, {});
  for (const bool bottom_up : {false, true}) {
    const CallTree tree(profile, peak_of(recording_), {},
                        {.bottom_up = bottom_up, .least = {}, .merged = {"m", "a"}});
    EXPECT_EQ(tree.nodes().size(), 1u);
    EXPECT_EQ(tree.root().self, (Amount{10, 1}));
    EXPECT_EQ(tree.root().cumulative, (Amount{10, 1}));
  }
}

TEST_F(TreeShapes, RefuseWhatIsNoPlace) {
  EXPECT_THROW(tree({.least = {}, .merged = {""}}), Error);
}

class RandomShapes : public testing::TestWithParam<std::tuple<Group, bool>> {};

TEST_P(RandomShapes, AgreeWithTheWaysOfTraces) {
  const auto [group, bottom_up] = GetParam();
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const RecordingBuilder recording = random_recording(seed);
    const Snapshot snapshot = peak_of(recording);
    const Profile profile(recording.data, {.raw = seed % 2 == 1, .machinery = {}});
    Query query;
    query.group = group;
    for (const TreeShape& shape : whole_shapes(bottom_up)) {
      const CallTree tree(profile, snapshot, query, shape);
      const Ways found = ends_in(
          tree.nodes(),
          [&](const CallNode& node) { return way_key(profile, query.group, node.place); },
          [](const CallNode& node) { return node.self; });
      EXPECT_EQ(found, ways_of(profile, snapshot, query, shape))
          << "seed " << seed << " collapse " << shape.collapse_recursion << " merged "
          << shape.merged.size();
      for (const CallNode& node : tree.nodes()) {
        Amount sum = node.self;
        for (const CallNode& child : tree.children(node)) sum += child.cumulative;
        EXPECT_EQ(sum, node.cumulative);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Groups, RandomShapes,
                         testing::Combine(testing::Values(Group::kLine, Group::kFile,
                                                          Group::kFunction, Group::kModule),
                                          testing::Bool()));

}  // namespace
}  // namespace heaptally
