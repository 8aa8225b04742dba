// Lines: the table's rows, their order, and the stacks behind a row.
#include "viewer/model/lines.h"

#include <gtest/gtest.h>

#include "tests/viewer/small_recording.h"
#include "viewer/model/key_names.h"

namespace heaptally::view {
namespace {

using std::chrono::seconds;

class LinesTest : public ::testing::Test {
 protected:
  Lines lines(const LinesQuestion& question = {}) { return lines_of(*recording_, question); }
  std::vector<std::string> cells(const Lines& lines, LineColumn column,
                                 const LineOrder& order = {}) {
    const LineColumns columns = columns_of(*recording_, lines);
    std::vector<std::string> texts;
    for (const std::uint32_t row : ordered_rows(recording_->profile(), lines, &columns, order)) {
      texts.push_back(cell_text(recording_->profile(), lines, &columns, row, column));
    }
    return texts;
  }
  using Texts = std::vector<std::string>;

  TestFolder folder_;
  std::shared_ptr<const Recording> recording_ = load_small_run(folder_);
};

TEST_F(LinesTest, AreThoseOfTheMetricGreatestFirst) {
  const Lines shown = lines();
  EXPECT_EQ(cells(shown, LineColumn::kPlace),
            (Texts{"/src/parse.cpp:7", "/src/load.cpp:20", "/src/main.cpp:3"}));
  EXPECT_EQ(cells(shown, LineColumn::kFunction), (Texts{"parse", "load", "main"}));
  EXPECT_EQ(cells(shown, LineColumn::kAmount), (Texts{"1000 B", "300 B", "50 B"}));
  EXPECT_EQ(cells(shown, LineColumn::kShare), (Texts{"74.1 %", "22.2 %", "3.7 %"}));
  EXPECT_EQ(cells(shown, LineColumn::kCount), (Texts{"10", "3", "1"}));
  EXPECT_EQ(cells(shown, LineColumn::kTotal), (Texts{"1000 B", "300 B", "50 B"}));
  EXPECT_EQ(summary_of(shown), "3 lines, 1350 B in 14 blocks");
}

TEST_F(LinesTest, ARangeHasTheColumnsOfThatRange) {
  LinesQuestion question;
  question.selection.range = {.from = seconds(2), .to = seconds(4)};
  const Lines shown = lines(question);
  EXPECT_EQ(cells(shown, LineColumn::kPlace), (Texts{"/src/parse.cpp:7", "/src/load.cpp:20"}));
  EXPECT_EQ(cells(shown, LineColumn::kTotal), (Texts{"0 B", "300 B"}));
  EXPECT_EQ(cells(shown, LineColumn::kLive), (Texts{"1000 B", "300 B"}));
}

TEST_F(LinesTest, AreSortedByAnyColumn) {
  const Lines shown = lines();
  LineOrder order{.column = LineColumn::kPlace, .descending = false, .search = {}};
  EXPECT_EQ(cells(shown, LineColumn::kFunction, order), (Texts{"load", "main", "parse"}));
  order = {.column = LineColumn::kAverage, .descending = false, .search = {}};
  EXPECT_EQ(cells(shown, LineColumn::kFunction, order), (Texts{"main", "parse", "load"}));
  // None has temporaries: the order stays.
  order.column = LineColumn::kTemporary;
  EXPECT_EQ(cells(shown, LineColumn::kFunction, order), (Texts{"parse", "load", "main"}));
}

TEST_F(LinesTest, AreFoundByPlaceOrFunctionInAnyCase) {
  const Lines shown = lines();
  EXPECT_EQ(cells(shown, LineColumn::kFunction, {.search = "PARSE"}), (Texts{"parse"}));
  EXPECT_EQ(cells(shown, LineColumn::kFunction, {.search = "/src/m"}), (Texts{"main"}));
  EXPECT_EQ(cells(shown, LineColumn::kFunction, {.search = "nothing"}), Texts{});
}

TEST_F(LinesTest, CumulativeOnesHaveWhatTheirCalleesHave) {
  const Lines shown = lines({.selection = {}, .group = Group::kFunction, .cumulative = true});
  EXPECT_EQ(cells(shown, LineColumn::kAmount), (Texts{"1350 B", "1300 B", "1000 B"}));
  // Of a group that is not by place there is no such thing.
  EXPECT_EQ(lines({.selection = {}, .group = Group::kThread, .cumulative = true}).rows.size(), 1U);
}

TEST_F(LinesTest, GrowthHasASignAndWhatWasBefore) {
  LinesQuestion question;
  question.selection.metric = ViewMetric::kGrowth;
  question.selection.range = {.from = seconds(2), .to = seconds(10)};
  const Lines shown = lines(question);
  EXPECT_EQ(cells(shown, LineColumn::kPlace), (Texts{"/src/load.cpp:20", "/src/main.cpp:3"}));
  EXPECT_EQ(cells(shown, LineColumn::kAmount), (Texts{"+300 B", "+50 B"}));
  EXPECT_EQ(cells(shown, LineColumn::kBefore), (Texts{"0 B", "0 B"}));
  EXPECT_EQ(cells(shown, LineColumn::kAfter), (Texts{"300 B", "50 B"}));
  EXPECT_EQ(summary_of(shown),
            "2 lines changed, by +350 B in all (+4 blocks): from 1000 B to 1350 B");
}

TEST_F(LinesTest, TheSummarySaysWhatFiltersLeave) {
  LinesQuestion question;
  question.selection.excludes = {"*/parse.cpp"};
  EXPECT_EQ(summary_of(lines(question)),
            "2 lines, 350 B in 4 blocks; filtered, of 1350 B in 14 blocks");
}

TEST_F(LinesTest, StacksOfARowAddUpToIt) {
  const Lines own = lines();
  const Stacks of_parse = stacks_of(*recording_, own, own.rows[0].key);
  ASSERT_EQ(of_parse.rows.size(), 1U);
  EXPECT_EQ(of_parse.rows[0].amount, (Amount{1000, 10}));
  EXPECT_EQ(stack_text(recording_->profile(), of_parse.rows[0].trace),
            "  File \"/src/main.cpp\", line 3\n  File \"/src/load.cpp\", line 20\n"
            "  File \"/src/parse.cpp\", line 7\n");
  const Lines all = lines({.selection = {}, .group = Group::kLine, .cumulative = true});
  const Stacks of_main = stacks_of(*recording_, all, all.rows[0].key);
  ASSERT_EQ(of_main.rows.size(), 3U);
  EXPECT_EQ(of_main.rows[0].amount, (Amount{1000, 10}));
  const Lines threads = lines({.selection = {}, .group = Group::kThread});
  EXPECT_EQ(stacks_of(*recording_, threads, threads.rows[0].key).all, 3U);
}

TEST_F(LinesTest, StacksOfGrowthHaveChanges) {
  LinesQuestion question;
  question.selection.metric = ViewMetric::kGrowth;
  question.selection.range = {.from = seconds(2), .to = seconds(10)};
  const Lines shown = lines(question);
  const Stacks stacks = stacks_of(*recording_, shown, shown.rows[0].key);
  ASSERT_EQ(stacks.rows.size(), 1U);
  EXPECT_EQ(stacks.rows[0].change, (Change{300, 3}));
}

TEST(KeyNames, AFilterKeepsTheRowThatItWasMadeOf) {
  RecordingBuilder built;
  const TraceId odd = built.trace({built.line("/src/a[1]*?.cpp", 3, "odd")});
  const TraceId other = built.trace({built.line("/src/a1b.cpp", 3, "other")});
  built.allocate(odd, {10, 1});
  built.allocate(other, {20, 1});
  const TestFolder folder;
  write_recording(built, folder / "odd.heaptally");
  const auto recording = load(folder / "odd.heaptally");
  const Profile& profile = recording->profile();
  const Lines all = lines_of(*recording, {});
  ASSERT_EQ(all.rows.size(), 2U);
  LinesQuestion question;
  question.selection.filters = {names_of(profile, Group::kLine, all.rows[1].key).filter};
  const Lines kept = lines_of(*recording, question);
  EXPECT_EQ(kept.kept, (Amount{10, 1}));
}

TEST(KeyNames, TextsAreShortAndPrintable) {
  EXPECT_EQ(short_text("a\nb"), "a\\x0ab");
  const std::string text = short_text(std::string(1 << 20, 'x') + "end");
  EXPECT_LT(text.size(), 1000U);
  EXPECT_TRUE(text.ends_with("end"));
}

}  // namespace
}  // namespace heaptally::view
