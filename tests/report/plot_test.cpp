#include "core/report/plot.h"

#include <cstdlib>
#include <sstream>

#include <gtest/gtest.h>

#include "core/report/columns.h"

namespace heaptally {
namespace {

using Lines = std::vector<std::string>;

TEST(Plot, OfBrailleHasTwoColumnsAndFourStepsACharacter) {
  EXPECT_EQ(plot_columns(PlotDots::kBraille, 3), 6u);
  // Full, half; then one step, nothing.
  const Plot plot{
      .dots = PlotDots::kBraille, .height = 1, .top = 4, .area = {4, 2, 1, 0}, .line = {}};
  EXPECT_EQ(draw(plot, Style()), (Lines{"⣧⡀"}));
}

TEST(Plot, OfSeveralLinesFillsThemFromBelow) {
  const Plot plot{
      .dots = PlotDots::kBraille, .height = 2, .top = 8, .area = {8, 8, 4, 4}, .line = {}};
  EXPECT_EQ(draw(plot, Style()), (Lines{"⣿", "⣿⣿"}));
  EXPECT_EQ(plot_line(plot, 8), 1u);
  EXPECT_EQ(plot_line(plot, 5), 1u);
  EXPECT_EQ(plot_line(plot, 4), 0u);
  EXPECT_EQ(plot_line(plot, 0), 0u);
}

TEST(Plot, OfBlocksHasEighths) {
  const Plot plot{
      .dots = PlotDots::kBlocks, .height = 2, .top = 16, .area = {16, 9, 8, 3, 0}, .line = {}};
  EXPECT_EQ(draw(plot, Style()), (Lines{"█▁", "███▃"}));
}

TEST(Plot, ShowsTheLeastThereIs) {
  const Plot plot{
      .dots = PlotDots::kBlocks, .height = 1, .top = 1'000'000, .area = {1, 0}, .line = {}};
  EXPECT_EQ(draw(plot, Style()), (Lines{"▁"}));
}

TEST(Plot, DrawsTheLineOverTheArea) {
  const Plot blocks{
      .dots = PlotDots::kBlocks, .height = 2, .top = 16, .area = {4, 16}, .line = {16, 16}};
  EXPECT_EQ(draw(blocks, Style()), (Lines{"──", "▄█"}));
  // From step 1 to step 4, which the line joins.
  const Plot braille{
      .dots = PlotDots::kBraille, .height = 1, .top = 4, .area = {0, 0}, .line = {1, 4}};
  EXPECT_EQ(draw(braille, Style()), (Lines{"⡸"}));
  EXPECT_EQ(draw(braille, Style(true)), (Lines{"\x1b[33m⡸\x1b[0m"}));
}

// Without colours, too, the line is seen where the area is filled.
TEST(Plot, TheAreaGivesWayToTheLine) {
  const Plot braille{.dots = PlotDots::kBraille,
                     .height = 1,
                     .top = 4,
                     .area = {4, 4, 4, 4},
                     .line = {2, 2, 0, 0}};
  EXPECT_EQ(draw(braille, Style()), (Lines{"⠤⣿"}));
  const Plot blocks{
      .dots = PlotDots::kBlocks, .height = 3, .top = 24, .area = {24, 24}, .line = {4, 24}};
  EXPECT_EQ(draw(blocks, Style()), (Lines{"█─", "█│", "─█"}));
}

TEST(Plot, SparklineIsOneLine) { EXPECT_EQ(sparkline({0, 1, 4, 8}, 8), " ▁▄█"); }

TEST(Bar, HasEighths) {
  EXPECT_EQ(bar_text(0, 10, 4), "");
  EXPECT_EQ(bar_text(10, 10, 4), "████");
  EXPECT_EQ(bar_text(5, 10, 5), "██▌");
  EXPECT_EQ(bar_text(1, 1'000'000, 4), "▏");
  EXPECT_EQ(bar_text(20, 10, 2), "██");  // a damaged recording
}

TEST(Columns, AreAlignedByWhatTheyHold) {
  Columns columns({{.name = "name", .left = true},
                   {.name = "n"},
                   {.name = "", .left = true, .colour = Colour::kCyan}});
  columns.add({"a", "1,000", "x"});
  columns.add({"bücher", "7", ""});
  std::ostringstream plain, marked;
  columns.write(Style(), plain);
  EXPECT_EQ(plain.str(), "  name        n\n  a       1,000  x\n  bücher      7\n");
  columns.write(Style(true), marked);
  EXPECT_EQ(marked.str(),
            "\x1b[1m  name        n\x1b[0m\n  a       1,000  \x1b[36mx\x1b[0m\n  bücher      7\n");
}

TEST(Style, IsOffWhereThereIsNoTerminal) {
  EXPECT_FALSE(Style().is_on());
  EXPECT_FALSE(Style::of(-1).is_on());
  EXPECT_EQ(Style().bold("a"), "a");
  EXPECT_EQ(Style(true).bold("a"), "\x1b[1ma\x1b[0m");
  EXPECT_EQ(Style(true).dim(""), "");
}

}  // namespace
}  // namespace heaptally
