// Calls as panels show them: the numbers, the boxes of a flame graph, the rows of a tree.
#include <gtest/gtest.h>

#include "tests/viewer/small_recording.h"
#include "viewer/model/flame.h"
#include "viewer/model/shown_tree.h"

namespace heaptally::view {
namespace {

class CallsTest : public ::testing::Test {
 protected:
  std::shared_ptr<const Calls> ask(const Selection& selection = {}, bool bottom_up = false) {
    CallsQuestion question;
    question.selection = selection;
    question.bottom_up = bottom_up;
    return std::make_shared<const Calls>(recording_, nullptr, question);
  }
  void use(const RecordingBuilder& built, const std::string& name = "used.heaptally") {
    write_recording(built, folder_ / name);
    recording_ = load(folder_ / name);
  }

  TestFolder folder_;
  std::shared_ptr<const Recording> recording_ = load_small_run(folder_);
};

std::uint32_t node_called(const Calls& calls, const std::string& name) {
  for (std::uint32_t i = 0; i < calls.nodes().size(); ++i) {
    if (calls.name(i) == name) return i;
  }
  ADD_FAILURE() << name << " is no call";
  return 0;
}

std::uint64_t bytes_of(const Calls& calls, const std::string& name) {
  return calls[node_called(calls, name)].cumulative.after.bytes;
}

std::shared_ptr<const FlameWeights> weights_of(const std::shared_ptr<const Calls>& calls,
                                               FlameWidths widths = FlameWidths::kNow) {
  return std::make_shared<const FlameWeights>(calls, widths);
}

std::vector<std::string> names_of_rows(const ShownTree& tree) {
  std::vector<std::string> names;
  names.reserve(tree.rows().size());
  for (const TreeRow& row : tree.rows()) {
    names.push_back(row.left_out ? "left out" : tree.calls()->name(row.node));
  }
  return names;
}

// main calls wide, then `narrow` functions that hold a byte each.
RecordingBuilder with_narrow_calls(int narrow) {
  RecordingBuilder built;
  const FrameId main = built.line("/src/main.cpp", 3, "main");
  built.allocate(built.trace({main, built.line("/src/wide.cpp", 1, "wide")}), {10'000, 1});
  for (int i = 0; i < narrow; ++i) {
    const std::string name = "narrow" + std::to_string(i);
    built.allocate(built.trace({main, built.line("/src/narrow.cpp", 1, name)}), {1, 1});
  }
  return built;
}

TEST_F(CallsTest, NodesHaveWhatTheyAndTheirCalleesHold) {
  const auto calls = ask();
  EXPECT_EQ((*calls)[0].cumulative.after, (Amount{1350, 14}));
  EXPECT_EQ(bytes_of(*calls, "main"), 1350U);
  EXPECT_EQ(bytes_of(*calls, "load"), 1300U);
  const std::uint32_t parse = node_called(*calls, "parse");
  EXPECT_EQ((*calls)[parse].self.after, (Amount{1000, 10}));
  EXPECT_EQ(calls->label(parse), "parse (/src/parse.cpp)");
  EXPECT_EQ(calls->where(parse), "/src/parse.cpp:7");
  EXPECT_EQ(calls->find(calls->path_hash(parse)), parse);
  EXPECT_EQ(calls->find(12345), 0U);
}

TEST_F(CallsTest, BottomUpBeginsAtTheSites) {
  const auto calls = ask({}, true);
  EXPECT_EQ((*calls)[0].children, 3U);
  EXPECT_EQ(calls->name(1), "parse");
  EXPECT_EQ(bytes_of(*calls, "parse"), 1000U);
}

TEST_F(CallsTest, AStackIsToldFromTheSiteOnWhicheverWayTheTreeIs) {
  const std::string expected =
      "1000 B in 10 blocks\n  parse (/src/parse.cpp)\n  load (/src/load.cpp)\n  main "
      "(/src/main.cpp)\n";
  const auto down = ask();
  EXPECT_EQ(down->stack_text(node_called(*down, "parse")), expected);
  const auto up = ask({}, true);
  std::uint32_t outermost = node_called(*up, "parse");
  while ((*up)[outermost].children > 0) outermost = (*up)[outermost].first_child;
  EXPECT_EQ(up->stack_text(outermost), expected);
}

TEST_F(CallsTest, FocusHideAndMergeChangeTheTree) {
  Selection selection;
  selection.through = {"parse"};
  EXPECT_EQ((*ask(selection))[0].cumulative.after.bytes, 1000U);
  selection = {};
  selection.without = {"parse"};
  EXPECT_EQ((*ask(selection))[0].cumulative.after.bytes, 350U);
  selection = {};
  selection.merged = {"load"};
  const auto calls = ask(selection);
  EXPECT_EQ((*calls)[node_called(*calls, "parse")].depth, 2U);
  EXPECT_EQ((*calls)[node_called(*calls, "main")].self.after.bytes, 350U);
}

TEST_F(CallsTest, GrowthIsBeforeBesideNow) {
  Selection selection;
  selection.metric = ViewMetric::kGrowth;
  selection.range =
      TimeSpan{.from = std::chrono::milliseconds(2500), .to = std::chrono::seconds(10)};
  const auto calls = ask(selection);
  ASSERT_TRUE(calls->is_compared());
  const Call& main = (*calls)[node_called(*calls, "main")];
  EXPECT_EQ(main.cumulative.after.bytes, 1350U);
  EXPECT_LT(main.cumulative.before.bytes, 1350U);
  EXPECT_EQ(main.cumulative.change().bytes,
            static_cast<std::int64_t>(1350 - main.cumulative.before.bytes));
}

TEST_F(CallsTest, OfTwoRecordingsTheOtherIsTheNewer) {
  RecordingBuilder built;
  const FrameId main = built.line("/elsewhere/main.cpp", 9, "main");
  built.allocate(built.trace({main, built.line("/elsewhere/store.cpp", 5, "store")}), {4000, 4});
  write_recording(built, folder_ / "other.heaptally");
  CallsQuestion question;
  question.with_other = true;
  const Calls calls(recording_, load(folder_ / "other.heaptally"), question);
  ASSERT_TRUE(calls.is_compared());
  const Call& all = calls[0];
  EXPECT_EQ(all.cumulative.before.bytes, 1350U);
  EXPECT_EQ(all.cumulative.after.bytes, 4000U);
  // Built in another folder, it is the same function.
  EXPECT_EQ(all.children, 1U);
  EXPECT_EQ(calls[node_called(calls, "store")].cumulative.before.bytes, 0U);
  const Call& load_call = calls[node_called(calls, "load")];
  EXPECT_TRUE(load_call.vanished);
  EXPECT_EQ(load_call.cumulative.before.bytes, 1300U);
}

TEST_F(CallsTest, WhatVanishedIsWideWhereBothAreAddedUp) {
  RecordingBuilder built;
  built.allocate(built.trace({built.line("/src/main.cpp", 3, "main")}), {650, 4});
  write_recording(built, folder_ / "other.heaptally");
  CallsQuestion question;
  question.with_other = true;
  const auto calls =
      std::make_shared<const Calls>(recording_, load(folder_ / "other.heaptally"), question);
  const std::uint32_t parse = node_called(*calls, "parse");
  EXPECT_EQ(FlameLayout(weights_of(calls), 0, 1000).find(parse), nullptr);
  const FlameLayout both(weights_of(calls, FlameWidths::kBoth), 0, 1000);
  const FlameBox* const box = both.find(parse);
  ASSERT_NE(box, nullptr);
  EXPECT_FLOAT_EQ(box->right - box->left, 500);  // 1000 of 1350 + 650
}

TEST_F(CallsTest, SearchCountsAWayOnce) {
  const auto calls = ask();
  const CallMatches parse = find_calls(calls, "PARSE");
  EXPECT_EQ(parse.nodes, std::vector<std::uint32_t>{node_called(*calls, "parse")});
  EXPECT_EQ(parse.covered.after.bytes, 1000U);
  const CallMatches all = find_calls(calls, "src");
  EXPECT_EQ(all.nodes.size(), 3U);
  EXPECT_EQ(all.covered.after.bytes, 1350U);
  EXPECT_TRUE(find_calls(calls, "").nodes.empty());
  EXPECT_TRUE(find_calls(calls, "nowhere").nodes.empty());
}

TEST_F(CallsTest, BoxesAreAsWideAsWhatTheyHold) {
  const auto calls = ask();
  const FlameLayout layout(weights_of(calls), 0, 1350);
  ASSERT_EQ(layout.rows(), 4U);
  const FlameBox* const parse = layout.find(node_called(*calls, "parse"));
  ASSERT_NE(parse, nullptr);
  EXPECT_FLOAT_EQ(parse->right - parse->left, 1000);
  EXPECT_EQ(layout.at(500, 3), parse);
  EXPECT_EQ(layout.at(1200, 3), nullptr);
  EXPECT_EQ(layout.at(500, 4), nullptr);
  EXPECT_EQ(layout.at(-1, 0), nullptr);
}

TEST_F(CallsTest, CallersOfTheZoomAreAsWideAsAll) {
  const auto calls = ask();
  const std::uint32_t parse = node_called(*calls, "parse");
  const FlameLayout layout(weights_of(calls), parse, 800);
  ASSERT_EQ(layout.rows(), 4U);
  for (std::size_t row = 0; row < 4; ++row) {
    ASSERT_EQ(layout.row(row).size(), 1U);
    EXPECT_FLOAT_EQ(layout.row(row)[0].right, 800);
  }
}

TEST_F(CallsTest, NeighboursThatAreTooNarrowAreOneBox) {
  use(with_narrow_calls(1000));
  const auto calls = ask();
  const FlameLayout layout(weights_of(calls), 0, 1100);
  ASSERT_EQ(layout.rows(), 3U);
  ASSERT_EQ(layout.row(2).size(), 2U);
  EXPECT_EQ(layout.row(2)[1].calls, 1000U);
  EXPECT_NEAR(layout.row(2)[1].right - layout.row(2)[1].left, 100, 0.01);
  // Wide enough, each has its own.
  const FlameLayout wide(weights_of(calls), 0, 11000);
  EXPECT_EQ(wide.row(2).size(), 1001U);
}

TEST_F(CallsTest, StepsLeadToCallersCalleesAndNeighbours) {
  use(with_narrow_calls(2));
  const auto calls = ask();
  const FlameLayout layout(weights_of(calls), 0, 50'000);
  const std::uint32_t main = node_called(*calls, "main");
  const std::uint32_t wide = node_called(*calls, "wide");
  EXPECT_EQ(step_from(*calls, layout, main, FlameStep::kCallee), wide);
  EXPECT_EQ(step_from(*calls, layout, wide, FlameStep::kCaller), main);
  const std::uint32_t next = step_from(*calls, layout, wide, FlameStep::kNext);
  EXPECT_EQ((*calls)[next].parent, main);
  EXPECT_NE(next, wide);
  EXPECT_EQ(step_from(*calls, layout, next, FlameStep::kPrevious), wide);
  EXPECT_EQ(step_from(*calls, layout, wide, FlameStep::kPrevious), wide);
  EXPECT_EQ(step_from(*calls, layout, wide, FlameStep::kCallee), wide);
}

TEST_F(CallsTest, ATreeIsOpenToWhereItPartsAndByHandBeyond) {
  ShownTree tree;
  tree.show(ask());
  EXPECT_EQ(names_of_rows(tree), (std::vector<std::string>{"main", "load", "parse"}));
  const std::uint32_t load_node = node_called(*tree.calls(), "load");
  tree.close(load_node);
  EXPECT_EQ(names_of_rows(tree), (std::vector<std::string>{"main", "load"}));
  tree.choose(load_node);
  tree.go_in();
  EXPECT_EQ(tree.rows().size(), 3U);
  EXPECT_EQ(tree.chosen(), load_node);
  tree.go_in();
  EXPECT_EQ(tree.chosen(), node_called(*tree.calls(), "parse"));
  tree.go_out();
  EXPECT_EQ(tree.chosen(), load_node);
  tree.close_all();
  EXPECT_EQ(names_of_rows(tree), std::vector<std::string>{"main"});
  EXPECT_EQ(tree.calls()->name(tree.chosen()), "main");
}

TEST_F(CallsTest, OtherNumbersKeepWhatIsOpenAndChosen) {
  use(with_narrow_calls(3));
  ShownTree tree;
  tree.show(ask());
  EXPECT_EQ(names_of_rows(tree).size(), 5U);
  tree.close(node_called(*tree.calls(), "main"));
  tree.choose(node_called(*tree.calls(), "main"));
  Selection selection;
  selection.unit = SortBy::kCount;
  tree.show(ask(selection));
  EXPECT_EQ(names_of_rows(tree), std::vector<std::string>{"main"});
  EXPECT_EQ(tree.calls()->name(tree.chosen()), "main");
}

TEST_F(CallsTest, TheHotPathEndsWhereMostIsAllocated) {
  ShownTree tree;
  tree.show(ask());
  tree.close_all();
  const std::uint32_t end = tree.open_hot_path(0);
  EXPECT_EQ(tree.calls()->name(end), "parse");
  EXPECT_LT(tree.row_of(end), tree.rows().size());
  EXPECT_EQ(tree.chosen(), end);
}

TEST_F(CallsTest, MovingPassesOverWhatWasLeftOut) {
  use(with_narrow_calls(40));
  Selection selection;
  ShownTree tree;
  // From the sites outward, a byte of 10,040 is less than 0.01 %.
  tree.show(ask(selection, true));
  EXPECT_EQ(names_of_rows(tree), (std::vector<std::string>{"wide", "main", "left out"}));
  EXPECT_EQ((*tree.calls())[0].children_left_out, 40U);
  EXPECT_EQ((*tree.calls())[0].left_out.bytes, 40U);
  tree.move(1);
  EXPECT_EQ(tree.calls()->name(tree.chosen()), "wide");
  tree.move(5);
  EXPECT_EQ(tree.calls()->name(tree.chosen()), "main");
}

}  // namespace
}  // namespace heaptally::view
