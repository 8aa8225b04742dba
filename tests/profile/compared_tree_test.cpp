#include "core/profile/compared_tree.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/profile/random_recording.h"
#include "tests/profile/ways.h"

namespace heaptally {
namespace {

Snapshot peak_of(const RecordingBuilder& recording) {
  return take_snapshot(recording.data, recording.timeline(), Metric::kLive, {});
}

// "m 10>30(a 0>20)": functions, and what they come to before and after.
std::string beside(const Profile& before, const Profile& after, const ComparedTree& tree,
                   const ComparedNode& node) {
  std::string text;
  for (const ComparedNode& child : tree.children(node)) {
    const Profile& profile = child.vanished ? before : after;
    text += text.empty() ? "" : " ";
    text += std::string(profile.places().function(child.place)) + " " +
            std::to_string(child.cumulative.before.bytes) + ">" +
            std::to_string(child.cumulative.after.bytes);
    const std::string below = beside(before, after, tree, child);
    if (!below.empty()) text += "(" + below + ")";
  }
  if (node.children_left_out != 0) {
    text += " -" + std::to_string(node.left_out.before.bytes) + ">" +
            std::to_string(node.left_out.after.bytes);
  }
  return text;
}

struct AskedOfTwo {
  Group group = Group::kFunction;
  SortBy sort = SortBy::kSize;
  TreeShape shape;
  ComparedOrder order = ComparedOrder::kChange;
};

std::string beside(const RecordingBuilder& older, const RecordingBuilder& newer,
                   const AskedOfTwo& asked = {}) {
  const Profile before(older.data, {}), after(newer.data, {});
  const Snapshot old_snapshot = peak_of(older), new_snapshot = peak_of(newer);
  Query query;
  query.group = asked.group;
  query.sort = asked.sort;
  const ComparedTree tree({before, old_snapshot}, {after, new_snapshot}, query, asked.shape,
                          asked.order);
  return beside(before, after, tree, tree.root());
}

// main calls a, which vanishes; b, which shrinks by 50; c, which grows by 60; d, which is new, and
// e, which stays.
class TwoPrograms : public testing::Test {
 protected:
  TwoPrograms() {
    allocate(older_, {{"a", {30, 1}}, {"b", {150, 9}}, {"c", {10, 1}}, {"e", {500, 5}}});
    newer_.line("unused.cpp", 1);  // other numbers for the same places
    allocate(newer_, {{"d", {40, 4}}, {"c", {70, 2}}, {"b", {100, 1}}, {"e", {500, 5}}});
  }
  static void allocate(RecordingBuilder& recording,
                       const std::vector<std::pair<std::string, Amount>>& callees) {
    const FrameId main = recording.line("main.cpp", 3, "main");
    for (const auto& [name, amount] : callees) {
      recording.allocate(recording.trace({main, recording.line(name + ".cpp", 1, name)}), amount);
    }
  }
  RecordingBuilder older_, newer_;
};

TEST_F(TwoPrograms, AreOrderedByTheChange) {
  EXPECT_EQ(beside(older_, newer_), "main 690>710(c 10>70 b 150>100 d 0>40 a 30>0 e 500>500)");
  EXPECT_EQ(beside(older_, newer_, {.sort = SortBy::kCount, .shape = {}}),
            "main 690>710(b 150>100 d 0>40 c 10>70 a 30>0 e 500>500)");
}

TEST_F(TwoPrograms, AreOrderedByWhatThereIsNow) {
  EXPECT_EQ(beside(older_, newer_, {.shape = {}, .order = ComparedOrder::kAfter}),
            "main 690>710(e 500>500 b 150>100 c 10>70 d 0>40 a 30>0)");
  EXPECT_EQ(
      beside(older_, newer_, {.sort = SortBy::kCount, .shape = {}, .order = ComparedOrder::kAfter}),
      "main 690>710(e 500>500 d 0>40 c 10>70 b 150>100 a 30>0)");
}

TEST_F(TwoPrograms, LeaveOutWhatIsSmallOnBothSides) {
  EXPECT_EQ(beside(older_, newer_, {.shape = {.least = {.amount = 70}}}),
            "main 690>710(c 10>70 b 150>100 e 500>500 -30>40)");
  // 10 % of the greater whole, which is the newer one.
  EXPECT_EQ(beside(older_, newer_, {.shape = {.least = {.share = 0.1}}}),
            "main 690>710(b 150>100 e 500>500 -40>110)");
  EXPECT_EQ(beside(older_, newer_, {.shape = {.bottom_up = true, .least = {.amount = 100}}}),
            "b 150>100(main 150>100) e 500>500(main 500>500) -40>110");
}

TEST_F(TwoPrograms, TellWhoGetsAllOnBothSides) {
  const Profile before(older_.data, {}), after(newer_.data, {});
  const Snapshot old_snapshot = peak_of(older_), new_snapshot = peak_of(newer_);
  const auto only = [&](std::uint64_t least) {
    const ComparedTree tree({before, old_snapshot}, {after, new_snapshot}, {},
                            {.least = {.amount = least}}, ComparedOrder::kChange);
    const ComparedNode* main = tree.only_callee(tree.root());
    return main == nullptr ? 0 : tree.only_callee(*main) == nullptr ? 1 : 2;
  };
  EXPECT_EQ(only(0), 1);
  EXPECT_EQ(only(200), 1);  // of 690, 190 do not go on; of 710, 210 do not
  EXPECT_EQ(only(211), 2);
}

TEST_F(TwoPrograms, AskForPlaces) {
  EXPECT_THROW(beside(older_, newer_, {.group = Group::kThread, .shape = {}}), Error);
}

TEST(ComparedTrees, OfTwoMomentsAreGrowth) {
  RecordingBuilder recording;
  const FrameId main = recording.line("m.cpp", 1, "main");
  const TallyId a = recording.allocate(recording.trace({main}), {100, 1});
  const TallyId b =
      recording.allocate(recording.trace({main, recording.line("b.cpp", 2, "b")}), {50, 5});
  recording.bucket(0, 100, {{.id = a, .allocated = {100, 1}, .freed = {}, .temporary = {}}});
  recording.bucket(100, 100, {{.id = b, .allocated = {50, 5}, .freed = {}, .temporary = {}}});
  const Profile profile(recording.data, {});
  const auto at = [&](const char* time) {
    return take_snapshot(recording.data, recording.timeline(), Metric::kLive, parse_moment(time));
  };
  const Snapshot before = at("100ms"), after = at("200ms");
  const ComparedTree tree({profile, before}, {profile, after}, {}, {}, ComparedOrder::kChange);
  EXPECT_EQ(beside(profile, profile, tree, tree.root()), "main 100>150(b 0>50)");
  EXPECT_EQ(tree.root().cumulative.change(), (Change{50, 5}));
  EXPECT_EQ(tree.nodes()[1].self, (ComparedAmount{{100, 1}, {100, 1}}));
  EXPECT_EQ(tree.whole(), (ComparedAmount{{100, 1}, {150, 6}}));
}

// The start of a program, which lies elsewhere; a library of another folder; functions of files of
// another folder. Libraries of other names are others.
TEST(ComparedTrees, TellCallsByTheirNames) {
  RecordingBuilder older, newer;
  const auto fill = [](RecordingBuilder& recording, const std::string& folder, std::uint64_t size) {
    const ModuleId program = recording.module(folder + "/program-" + std::to_string(size));
    const ModuleId library = recording.module(folder + "/libx.so.1");
    recording.allocate(recording.trace({recording.symbol("_start", 5, program),
                                        recording.line(folder + "/m.cpp", 1, "main"),
                                        recording.symbol("x", 9, library)}),
                       {size, 1});
  };
  fill(older, "/old", 10);
  fill(newer, "/new", 20);
  EXPECT_EQ(beside(older, newer), "_start 10>20(main 10>20(x 10>20))");
  EXPECT_EQ(beside(older, newer, {.group = Group::kLine, .shape = {}}),
            "_start 10>20(main 0>20(x 0>20) main 10>0(x 10>0))");
  const ModuleId other = newer.module("/new/liby.so.1");
  newer.allocate(newer.trace({newer.symbol("x", 9, other)}), {5, 1});
  EXPECT_EQ(beside(older, newer), "_start 10>20(main 10>20(x 10>20)) x 0>5");
}

class RandomComparisons : public testing::TestWithParam<std::tuple<Group, bool>> {};

void expect_sides(const Side& before, const Side& after, const Query& query,
                  const TreeShape& shape) {
  const ComparedTree tree(before, after, query, shape, ComparedOrder::kChange);
  const auto key = [&](const ComparedNode& node) {
    return way_key(node.vanished ? before.profile : after.profile, query.group, node.place);
  };
  EXPECT_EQ(ends_in(tree.nodes(), key, [](const ComparedNode& node) { return node.self.before; }),
            ways_of(before.profile, before.snapshot, query, shape));
  EXPECT_EQ(ends_in(tree.nodes(), key, [](const ComparedNode& node) { return node.self.after; }),
            ways_of(after.profile, after.snapshot, query, shape));
  for (const ComparedNode& node : tree.nodes()) {
    ComparedAmount sum = node.self;
    for (const ComparedNode& child : tree.children(node)) {
      sum.before += child.cumulative.before;
      sum.after += child.cumulative.after;
      EXPECT_EQ(&tree.nodes()[child.parent], &node);
    }
    EXPECT_EQ(sum, node.cumulative);
  }
}

TEST_P(RandomComparisons, AgreeWithTheWaysOfBothSides) {
  const auto [group, bottom_up] = GetParam();
  Query query;
  query.group = group;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const RecordingBuilder older = random_recording(seed), newer = random_run(seed + 100);
    const Profile before(older.data, {}), after(newer.data, {});
    const Snapshot old_snapshot = peak_of(older), new_snapshot = peak_of(newer);
    const Snapshot at_end =
        take_snapshot(newer.data, newer.timeline(), Metric::kLive, {.kind = Moment::Kind::kEnd});
    for (const TreeShape& shape : whole_shapes(bottom_up)) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << " collapse " << shape.collapse_recursion
                                      << " " << shape.merged.size());
      expect_sides({before, old_snapshot}, {after, new_snapshot}, query, shape);
      expect_sides({after, new_snapshot}, {after, at_end}, query, shape);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Groups, RandomComparisons,
                         testing::Combine(testing::Values(Group::kLine, Group::kFile,
                                                          Group::kFunction, Group::kModule),
                                          testing::Bool()));

}  // namespace
}  // namespace heaptally
