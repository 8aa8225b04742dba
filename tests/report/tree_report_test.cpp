#include "core/report/tree_report.h"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/report/repeats.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

class TreeReports : public testing::Test {
 protected:
  TreeReports() {
    const FrameId main = recording_.line("m.cpp", 1, "main");
    const FrameId a = recording_.line("a.cpp", 2, "a");
    const FrameId b = recording_.line("b.cpp", 3, "b, \"c\"");
    recording_.allocate(recording_.trace({main, a}), {10, 9});
    recording_.allocate(recording_.trace({main, a, b}), {20, 1});
    recording_.allocate(recording_.trace({main, b, a, b, a, b}), {970, 2});
  }

  template <class Write>
  std::string written(Write write) {
    const Profile profile(recording_.data, {});
    const Snapshot snapshot =
        take_snapshot(recording_.data, recording_.timeline(), Metric::kLive, {});
    const CallTree tree(profile, snapshot, query_, shape_);
    std::ostringstream out;
    write(TreeReport{.profile = profile,
                     .snapshot = snapshot,
                     .query = query_,
                     .shape = shape_,
                     .tree = tree,
                     .width = width_},
          out);
    return out.str();
  }
  std::string text() {
    return written([](const TreeReport& report, std::ostream& out) { write_text(report, out); });
  }

  RecordingBuilder recording_;
  Query query_;
  TreeShape shape_;
  std::size_t width_ = 0;
};

TEST_F(TreeReports, AreDrawn) {
  EXPECT_EQ(text(),
            "# live at the peak, 2.5 s (exact), calls by lineno, from the outermost down to the "
            "allocation sites\n"
            "# 1000 B in 12 blocks; 8 calls\n"
            "100.0 %     1000 B          12  all\n"
            "100.0 %     1000 B          12  └─ main (m.cpp:1)\n"
            " 97.0 %      970 B           2     ├─ b, \"c\" (b.cpp:3)\n"
            "                                   │  a (a.cpp:2)\n"
            "                                   │  b, \"c\" (b.cpp:3)\n"
            "                                   │  a (a.cpp:2)\n"
            "                                   │  b, \"c\" (b.cpp:3)\n"
            "  3.0 %       30 B          10     └─ a (a.cpp:2)\n"
            "  1.0 %       10 B           9        ├─ (itself)\n"
            "  2.0 %       20 B           1        └─ b, \"c\" (b.cpp:3)\n");
}

TEST_F(TreeReports, SayWhatWasLeftOutAndFoldTheRest) {
  shape_.least = parse_threshold("50", false, "--min");
  EXPECT_EQ(text().substr(text().find("# 1000")),
            "# 1000 B in 12 blocks; 6 calls of at least 50\n"
            "100.0 %     1000 B          12  all\n"
            "100.0 %     1000 B          12  └─ main (m.cpp:1)\n"
            "                                   b, \"c\" (b.cpp:3)\n"
            "                                   a (a.cpp:2)\n"
            "                                   b, \"c\" (b.cpp:3)\n"
            "                                   a (a.cpp:2)\n"
            "                                   b, \"c\" (b.cpp:3)\n");
  shape_.least = parse_threshold("25", false, "--min");
  EXPECT_NE(text().find("  3.0 %       30 B          10     └─ a (a.cpp:2)\n"
                        "  1.0 %       10 B           9        ├─ (itself)\n"
                        "  2.0 %       20 B           1        └─ (1 call left out)\n"),
            std::string::npos);
}

TEST_F(TreeReports, FitATerminal) {
  recording_.allocate(recording_.trace({recording_.line("m.cpp", 9, std::string(200, 'x'))}),
                      {9000, 1});
  width_ = 80;
  EXPECT_NE(text().find("├─ " + std::string(32, 'x') + "... (m.cpp:9)\n"), std::string::npos)
      << text();
}

TEST_F(TreeReports, AreNestedInJson) {
  const auto json = nlohmann::json::parse(
      written([](const TreeReport& report, std::ostream& out) { write_json(report, out); }));
  EXPECT_EQ(json["bottom_up"], false);
  EXPECT_EQ(json["total"]["bytes"], 1000);
  const auto& main = json["tree"]["children"][0];
  EXPECT_EQ(main["function"], "main");
  ASSERT_EQ(main["children"].size(), 2u);
  const auto& a = main["children"][1];
  EXPECT_EQ(a["size"], 30);
  EXPECT_EQ(a["self"]["count"], 9);
  EXPECT_EQ(a["children"][0]["children"].size(), 0u);
}

TEST_F(TreeReports, AreRowsInCsv) {
  query_.group = Group::kFile;
  shape_.bottom_up = true;
  shape_.least = parse_threshold("15", false, "--min");
  EXPECT_EQ(written([](const TreeReport& report, std::ostream& out) {
              write_csv(report, out);
            }).substr(0, 158),
            "depth,id,parent,label,file,line,function,module,size,count,self_size,self_count\n"
            "0,0,,all,,,,,1000,12,0,0\n"
            "1,1,0,b.cpp:0,b.cpp,,,/bin/program,990,3,0,0\n"
            "2,2,1,a.");
}

TEST_F(TreeReports, SayWhichCallsTakeNoNode) {
  shape_.collapse_recursion = true;
  shape_.merged = {"m.cpp"};
  query_.through = {"a"};
  query_.without = {"nowhere"};
  EXPECT_EQ(text().substr(text().find("# 1000")),
            "# 1000 B in 12 blocks; 3 calls\n"
            "# only --through 'a' --without 'nowhere': 1000 B in 12 blocks of 1000 B in 12 blocks\n"
            "# with --merge 'm.cpp' --collapse-recursion\n"
            "100.0 %     1000 B          12  all\n"
            " 97.0 %      970 B           2  ├─ b, \"c\" (b.cpp:3), recursive\n"
            "  3.0 %       30 B          10  └─ a (a.cpp:2)\n"
            "  1.0 %       10 B           9     ├─ (itself)\n"
            "  2.0 %       20 B           1     └─ b, \"c\" (b.cpp:3)\n");
  const auto json = nlohmann::json::parse(
      written([](const TreeReport& report, std::ostream& out) { write_json(report, out); }));
  EXPECT_EQ(json["merged"], nlohmann::json({"m.cpp"}));
  EXPECT_EQ(json["collapse_recursion"], true);
  EXPECT_EQ(json["through"], nlohmann::json({"a"}));
  EXPECT_EQ(json["without"], nlohmann::json({"nowhere"}));
}

TEST_F(TreeReports, OfNothingSayWhy) {
  query_.filters = {parse_filter("nowhere", true, false)};
  EXPECT_EQ(text(),
            "# live at the peak, 2.5 s (exact), calls by lineno, from the outermost down to the "
            "allocation sites\n"
            "# 0 B in 0 blocks; nothing to show\n"
            "# only --filter 'nowhere': 0 B in 0 blocks of 1000 B in 12 blocks\n");
}

TEST(Repeats, AreOfTheShortestPeriod) {
  const std::vector<std::string> items = {"a", "b", "a", "b", "a", "b", "c", "c", "c"};
  EXPECT_EQ(repeat_before(items, 1).times, 0u);
  EXPECT_EQ(repeat_before(items, 2).period, 2u);
  EXPECT_EQ(repeat_before(items, 2).times, 2u);
  EXPECT_EQ(repeat_before(items, 7).times, 0u);
}

}  // namespace
}  // namespace heaptally
