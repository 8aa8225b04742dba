// SourceView: a file, its lines, and where it is.
#include "viewer/model/source_view.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/base/error.h"
#include "tests/viewer/small_recording.h"

namespace heaptally::view {
namespace {

class SourceViewTest : public ::testing::Test {
 protected:
  SourceView shown(const std::string& file, const SourcePaths& paths = {}) {
    return source_view(*recording_, lines_of(*recording_, {}), file, paths);
  }
  // Of so many lines.
  void write(const std::string& name, int lines) {
    std::ofstream file(folder_ / name);
    for (int i = 1; i <= lines; ++i) file << "\tline(" << i << ");\n";
  }

  TestFolder folder_;
  std::shared_ptr<const Recording> recording_ = load_small_run(folder_);
};

TEST_F(SourceViewTest, AFileThatIsNowhereHasItsHotLines) {
  const SourceView view = shown("/src/parse.cpp");
  EXPECT_EQ(view.found.path, "");
  EXPECT_EQ(view.found.tried, (std::vector<std::string>{"/src/parse.cpp"}));
  ASSERT_EQ(view.lines.size(), 1U);
  EXPECT_EQ(view.lines[0].number, 7U);
  EXPECT_EQ(view.hot[*view.lines[0].hot].amount, (Amount{1000, 10}));
  EXPECT_EQ(hottest(view, SortBy::kSize), 7U);
}

TEST_F(SourceViewTest, AFileIsFoundWhereItWasMovedTo) {
  write("parse.cpp", 9);
  const SourceView view = shown("/src/parse.cpp", {{"/src", folder_.path().string()}});
  EXPECT_EQ(view.found.path, (folder_ / "parse.cpp").string());
  ASSERT_EQ(view.lines.size(), 9U);
  EXPECT_EQ(view.lines[6].text, "    line(7);");
  ASSERT_TRUE(view.lines[6].hot);
  EXPECT_EQ(view.hot[*view.lines[6].hot].peak, (Amount{1000, 10}));
  EXPECT_FALSE(view.lines[5].hot);
  EXPECT_FALSE(view.is_too_short);
  EXPECT_EQ(heat_of(view, view.hot[0], SortBy::kSize, false), 1);
}

TEST_F(SourceViewTest, LinesBeyondTheEndAreToldOf) {
  write("parse.cpp", 3);
  const SourceView view = shown("/src/parse.cpp", {{"/src", folder_.path().string()}});
  EXPECT_TRUE(view.is_too_short);
  ASSERT_EQ(view.lines.size(), 4U);
  EXPECT_EQ(view.lines[3].number, 7U);
  EXPECT_EQ(index_of_line(view, 7), 3U);
  EXPECT_FALSE(index_of_line(view, 5));
}

TEST_F(SourceViewTest, WhatTheRecordingDoesNotKnowIsAnError) {
  EXPECT_THROW(shown("/src/none.cpp"), Error);
}

TEST(SourceView, HotLinesAreJumpedTo) {
  SourceView view;
  for (const std::uint32_t line : {3U, 8U, 20U}) view.hot.emplace_back().line = line;
  EXPECT_EQ(next_hot(view, 3, false), 8U);
  EXPECT_EQ(next_hot(view, 4, false), 8U);
  EXPECT_EQ(next_hot(view, 20, false), 20U);
  EXPECT_EQ(next_hot(view, 8, true), 3U);
  EXPECT_EQ(next_hot(view, 3, true), 3U);
  EXPECT_EQ(next_hot(SourceView(), 3, true), std::nullopt);
}

TEST(SourceFile, AReplacementEndsAtAFolder) {
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(replacement_for("/build/app/src/a.cpp", "/home/me/app/src/a.cpp"),
            (Pair{"/build", "/home/me"}));
  EXPECT_EQ(replacement_for("src/a.cpp", "/home/me/src/a.cpp"), (Pair{"", "/home/me/"}));
  EXPECT_EQ(replacement_for("/x/ba.cpp", "/y/a.cpp"), (Pair{"/x/ba.cpp", "/y/a.cpp"}));
}

TEST(SourceFile, AReplacementFindsWhatItWasMadeOf) {
  const TestFolder folder;
  std::ofstream(folder / "a.cpp") << "int main() {}\n";
  const std::string path = (folder / "a.cpp").string();
  for (const std::string file : {"/build/src/a.cpp", "src/a.cpp", "a.cpp", "/other/b.cpp"}) {
    const SourcePaths paths = {replacement_for(file, path)};
    EXPECT_EQ(find_source_file(file, "", paths).path, path) << file;
  }
}

TEST(SourceFile, EditorsAreGivenTheLineAsTheyTakeIt) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(editor_command("gedit -s", "/a b.c", 7), (Words{"gedit", "-s", "+7", "/a b.c"}));
  EXPECT_EQ(editor_command("code", "/a.c", 7), (Words{"code", "--goto", "/a.c:7"}));
  EXPECT_EQ(editor_command("gedit", "/a.c", 0), (Words{"gedit", "/a.c"}));
  EXPECT_EQ(words_of("a 'b c' \"d e\"\\ f"), (Words{"a", "b c", "d e f"}));
  EXPECT_EQ(words_of("  "), Words{});
}

TEST(SourceFile, AnEditorThatIsNotThereIsAnError) {
  EXPECT_THROW(start_detached({"heaptally-no-such-editor", "+1", "/a.c"}), Error);
}

std::string kinds(Syntax& syntax, std::string_view line) {
  std::string result;
  for (const Token& token : syntax.line(line)) result += "pktcn"[static_cast<int>(token.kind)];
  return result;
}

TEST(Syntax, TellsCommentsTextsAndKeywords) {
  Syntax c("a.cpp");
  EXPECT_EQ(kinds(c, "return \"a // b\"; // end"), "kptpc");
  EXPECT_EQ(kinds(c, "x = 1'000; /* from"), "pnpnpc");
  EXPECT_EQ(kinds(c, "here */ int y"), "cpkp");
  Syntax python("a.py");
  EXPECT_EQ(kinds(python, "def f(): # it"), "kpc");
  EXPECT_EQ(kinds(python, "\"\"\"long"), "t");
  EXPECT_EQ(kinds(python, "text\"\"\" + 1"), "tpn");
  Syntax plain("a.txt");
  EXPECT_EQ(kinds(plain, "return 1"), "p");
}

TEST(Syntax, TokensCoverTheLine) {
  Syntax c("a.h");
  for (const std::string line : {"", "\"open", "'", "a'b'c", "\\", "/*", "*/", "\xff\xfe", "//"}) {
    std::size_t covered = 0;
    for (const Token& token : c.line(line)) {
      EXPECT_EQ(token.begin, covered) << line;
      covered += token.size;
    }
    EXPECT_EQ(covered, line.size()) << line;
  }
}

}  // namespace
}  // namespace heaptally::view
