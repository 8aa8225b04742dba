#include "core/symbols/debug_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/symbols/symbolizer.h"
#include "fixture.h"

namespace heaptally {
namespace {

namespace fs = std::filesystem;

class DebugFilesTest : public testing::Test {
 protected:
  void copy(const std::string& from, const std::string& to) {
    fs::create_directories((folder.path() / to).parent_path());
    fs::copy_file(fs::path(FIXTURES) / from, folder.path() / to);
  }
  std::string at(const std::string& name) const { return (folder.path() / name).string(); }

  TemporaryFolder folder;
  std::string build_id = build_id_of_file(fixture_path("calls-stripped"));
};

TEST_F(DebugFilesTest, AreFoundByBuildIdWhateverTheirNames) {
  copy("calls-own5.debug", "deep/below/anything");
  EXPECT_EQ(DebugFiles({at("")}).with_build_id(build_id), at("deep/below/anything"));
  EXPECT_EQ(DebugFiles({at("deep/below/anything")}).with_build_id(build_id),
            at("deep/below/anything"));
  EXPECT_EQ(DebugFiles({at("")}).with_build_id("00ff"), "");
  EXPECT_EQ(DebugFiles({at("")}).with_name("/usr/lib/anything"), "");
}

TEST_F(DebugFilesTest, TheFileThatTellsMostIsTaken) {
  copy("calls-stripped.so", "a.so");
  copy("calls-own5.debug", "b.debug");
  EXPECT_EQ(DebugFiles({at("a.so"), at("b.debug")}).with_build_id(build_id), at("b.debug"));
  EXPECT_EQ(DebugFiles({at("b.debug"), at("a.so")}).with_build_id(build_id), at("b.debug"));
}

TEST_F(DebugFilesTest, NamesDecideOnlyWithoutABuildId) {
  copy("calls-nobuildid.so", "libgone.so");
  copy("calls-own5.so", "libother.so");
  const DebugFiles files({at("")});
  EXPECT_EQ(files.with_name("/opt/libgone.so"), at("libgone.so"));
  EXPECT_EQ(files.with_name("/opt/libother.so"), "");
}

TEST_F(DebugFilesTest, OtherFilesDoNoHarm) {
  write_file(folder.path() / "text", "x");
  write_file(folder.path() / "broken", "\177ELF and no more");
  fs::create_directory_symlink(folder.path(), folder.path() / "circle");
  ASSERT_EQ(mkfifo(at("fifo").c_str(), 0600), 0);
  copy("calls-own5.debug", "good");
  const DebugFiles files({at(""), at("fifo"), at("text")});
  EXPECT_EQ(files.with_build_id(build_id), at("good"));
  EXPECT_THROW(DebugFiles({at("absent")}), Error);
}

TEST_F(DebugFilesTest, TheSymbolizerReadsWhatItIsGiven) {
  LoadedFixture fixture("calls-stripped");
  const std::string debug = FIXTURES "/calls-own5.debug";
  for (const std::string& path : {fixture_path("calls-stripped"), std::string("/gone/lib.so")}) {
    Symbolizer symbolizer;
    const std::size_t module = symbolizer.open(
        {.path = path, .build_id = build_id, .debug_file = debug, .must_match = true});
    EXPECT_EQ(symbolizer.debug_state(module), "dwarf") << path;
    EXPECT_EQ(symbolizer.symbol_file(module), debug) << path;
    EXPECT_EQ(symbolizer.resolve(module, fixture.call(0)).size(), 3u) << path;
  }
  Symbolizer symbolizer;
  const std::size_t own = symbolizer.open({.path = fixture_path("calls-own4")});
  EXPECT_EQ(symbolizer.symbol_file(own), fixture_path("calls-own4"));
  EXPECT_EQ(symbolizer.symbol_file(symbolizer.open({.path = "/gone/lib.so"})), "");
}

}  // namespace
}  // namespace heaptally
