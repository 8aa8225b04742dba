#include "core/symbols/symbolizer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "fixture.h"

namespace heaptally {
namespace {

enum Slot : int { kInlined, kHidden, kMethod, kLambda };

void expect_at(const Location& location, const std::string& function, const std::string& line) {
  EXPECT_EQ(location.function, function);
  EXPECT_EQ(location.file, fixture_source());
  EXPECT_EQ(location.line, fixture_line(line));
  EXPECT_GT(location.column, 0u);
  EXPECT_EQ(location.symbol_offset, 0u);
}

class WithDwarf : public testing::TestWithParam<std::string> {
 protected:
  WithDwarf() : fixture(GetParam()), module(symbolizer.open({.path = fixture_path(GetParam())})) {}

  LoadedFixture fixture;
  Symbolizer symbolizer;
  std::size_t module;
};

TEST_P(WithDwarf, SaysSo) { EXPECT_EQ(symbolizer.debug_state(module), "dwarf"); }

TEST_P(WithDwarf, InlinedCallsComeInnermostFirst) {
  const auto locations = symbolizer.resolve(module, fixture.call(kInlined));
  ASSERT_EQ(locations.size(), 3u);
  expect_at(locations[0], "fixture::innermost(int)", "innermost");
  expect_at(locations[1], "void fixture::middle<long>(long)", "middle");
  expect_at(locations[2], "fixture::outer(long)", "outer");
}

TEST_P(WithDwarf, AMethodInlinedIntoACFunction) {
  const auto locations = symbolizer.resolve(module, fixture.call(kMethod));
  ASSERT_EQ(locations.size(), 2u);
  expect_at(locations[0], "fixture::Counter::add(int) const", "method");
  expect_at(locations[1], "fixture_run", "run");
}

TEST_P(WithDwarf, NamesWithoutLinkageAreQualified) {
  const auto locations = symbolizer.resolve(module, fixture.call(kHidden));
  ASSERT_EQ(locations.size(), 1u);
  // GCC writes no linkage name for what has no linkage, so the parameters are not known.
  const std::string name = "fixture::(anonymous namespace)::hidden";
  expect_at(locations[0], locations[0].function == name ? name : name + "(int)", "hidden");
}

TEST_P(WithDwarf, ALambdaIsNamedAfterItsFunction) {
  const auto locations = symbolizer.resolve(module, fixture.call(kLambda));
  ASSERT_EQ(locations.size(), 1u);
  EXPECT_TRUE(locations[0].function.starts_with("fixture::in_lambda")) << locations[0].function;
  EXPECT_NE(locations[0].function.find("operator()"), std::string::npos) << locations[0].function;
  EXPECT_EQ(locations[0].line, fixture_line("lambda"));
}

TEST_P(WithDwarf, AssemblyHasItsSymbolsName) {
  const auto locations = symbolizer.resolve(module, fixture.symbol("fixture_assembly") + 1);
  ASSERT_EQ(locations.size(), 1u);
  EXPECT_EQ(locations[0].function, "fixture_assembly");
}

TEST_P(WithDwarf, AddressesOutsideOfCodeAreEmpty) {
  for (std::uint64_t address : {std::uint64_t{0}, std::uint64_t{1}, UINT64_MAX,
                                fixture.symbol("fixture_returns"), std::uint64_t{1} << 40}) {
    EXPECT_EQ(symbolizer.resolve(module, address), std::vector{Location{}}) << address;
  }
}

INSTANTIATE_TEST_SUITE_P(Compilers, WithDwarf, testing::ValuesIn(fixtures_with_dwarf("calls")),
                         [](const auto& tested) { return tested.param.substr(6); });

TEST(Symbolizer, WithoutDwarfTheSymbolAndTheDistanceFromIt) {
  LoadedFixture fixture("calls-nodebug");
  Symbolizer symbolizer;
  const std::size_t module = symbolizer.open({.path = fixture_path("calls-nodebug")});
  EXPECT_EQ(symbolizer.debug_state(module), "symtab");

  const auto locations = symbolizer.resolve(module, fixture.call(kInlined));
  ASSERT_EQ(locations.size(), 1u);
  EXPECT_EQ(locations[0].function, "fixture::outer(long)");
  EXPECT_EQ(locations[0].file, "");
  EXPECT_EQ(locations[0].line, 0u);
  EXPECT_EQ(locations[0].symbol_offset,
            fixture.call(kInlined) - fixture.symbol("_ZN7fixture5outerEl"));

  // The compiler may add what it did to the function: " [clone .constprop.0]".
  const std::string hidden = symbolizer.resolve(module, fixture.call(kHidden))[0].function;
  EXPECT_TRUE(hidden.starts_with("fixture::(anonymous namespace)::hidden(int)")) << hidden;
  const std::uint64_t assembly = fixture.symbol("fixture_assembly");
  EXPECT_EQ(symbolizer.resolve(module, assembly + 2)[0].function, "fixture_assembly");
  EXPECT_EQ(symbolizer.resolve(module, assembly + 2)[0].symbol_offset, 2u);
}

TEST(Symbolizer, StrippedOnlyExportedFunctionsHaveNames) {
  LoadedFixture fixture("calls-stripped");
  Symbolizer symbolizer;
  const std::size_t module = symbolizer.open({.path = fixture_path("calls-stripped")});
  EXPECT_EQ(symbolizer.debug_state(module), "dynsym");
  EXPECT_EQ(symbolizer.resolve(module, fixture.call(kInlined))[0].function, "fixture::outer(long)");
  // It lies between functions of known size, and none of them holds it.
  EXPECT_EQ(symbolizer.resolve(module, fixture.call(kHidden)), std::vector{Location{}});
}

TEST(Symbolizer, WithoutAnySymbolOneEmptyLocation) {
  Symbolizer symbolizer;
  const std::size_t module = symbolizer.open({.path = fixture_path("nameless")});
  EXPECT_EQ(symbolizer.debug_state(module), "none");
  for (std::uint64_t address = 0; address < 0x4000; address += 8) {
    ASSERT_EQ(symbolizer.resolve(module, address), std::vector{Location{}}) << address;
  }
}

TEST(Symbolizer, ADebugLinkIsFollowed) {
  LoadedFixture fixture("calls-linked");
  Symbolizer symbolizer;
  const std::size_t module = symbolizer.open({.path = fixture_path("calls-linked")});
  EXPECT_EQ(symbolizer.debug_state(module), "dwarf");
  const auto locations = symbolizer.resolve(module, fixture.call(kInlined));
  ASSERT_EQ(locations.size(), 3u);
  expect_at(locations[0], "fixture::innermost(int)", "innermost");
}

class WithDebugFolder : public testing::Test {
 protected:
  WithDebugFolder() {
    const std::filesystem::path link =
        folder.path() / ".build-id" / build_id.substr(0, 2) / (build_id.substr(2) + ".debug");
    std::filesystem::create_directories(link.parent_path());
    std::filesystem::copy_file(FIXTURES "/calls-own5.debug", link);
  }

  void expect_resolved(std::size_t module) {
    EXPECT_EQ(symbolizer.debug_state(module), "dwarf");
    const auto locations = symbolizer.resolve(module, fixture.call(kInlined));
    ASSERT_EQ(locations.size(), 3u);
    expect_at(locations[2], "fixture::outer(long)", "outer");
  }

  TemporaryFolder folder;
  LoadedFixture fixture{"calls-stripped"};
  std::string build_id = build_id_of_file(fixture_path("calls-stripped"));
  Symbolizer symbolizer{{folder.path().string()}};
};

TEST_F(WithDebugFolder, DebugInformationIsFoundByBuildId) {
  expect_resolved(symbolizer.open({.path = fixture_path("calls-stripped")}));
}

TEST_F(WithDebugFolder, AModuleThatIsGoneIsFoundByBuildId) {
  expect_resolved(symbolizer.open({.path = "/nonexistent/libgone.so", .build_id = build_id}));
}

TEST(Symbolizer, AFileThatIsDeletedAfterItWasOpenedStillResolves) {
  TemporaryFolder folder;
  LoadedFixture fixture("calls-own4");
  const std::string copy = folder.path() / "copy.so";
  std::filesystem::copy_file(fixture_path("calls-own4"), copy);
  Symbolizer symbolizer;
  const std::size_t module = symbolizer.open({.path = copy});
  std::filesystem::remove(copy);
  EXPECT_EQ(symbolizer.debug_state(module), "dwarf");
  EXPECT_EQ(symbolizer.resolve(module, fixture.call(kInlined)).size(), 3u);
}

// Reading on would mix two builds up, or end in SIGBUS.
TEST(Symbolizer, AFileThatIsOverwrittenIsNotReadAnyMore) {
  TemporaryFolder folder;
  LoadedFixture fixture("calls-own4");
  Symbolizer symbolizer;
  for (const bool read_before : {true, false}) {
    const std::string copy = folder.path() / (read_before ? "read.so" : "unread.so");
    std::filesystem::copy_file(fixture_path("calls-own4"), copy);
    const std::size_t module = symbolizer.open({.path = copy});
    if (read_before) {
      EXPECT_EQ(symbolizer.resolve(module, fixture.call(kInlined)).size(), 3u);
    }
    std::filesystem::resize_file(copy, 1000);
    EXPECT_EQ(symbolizer.resolve(module, fixture.call(kInlined)), std::vector{Location{}});
    EXPECT_EQ(symbolizer.debug_state(module), "file was changed");

    std::filesystem::copy_file(fixture_path("calls-own4"), copy,
                               std::filesystem::copy_options::overwrite_existing);
    const std::size_t again = symbolizer.open({.path = copy});
    EXPECT_NE(again, module);
    EXPECT_EQ(symbolizer.resolve(again, fixture.call(kInlined)).size(), 3u);
  }
}

TEST(Symbolizer, KeepsOneDescriptorAModule) {
  const auto open_descriptors = [] {
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    return std::distance(begin(entries), end(entries));
  };
  const auto before = open_descriptors();
  Symbolizer symbolizer;
  for (const std::string& name : fixtures_with_dwarf("calls")) {
    symbolizer.debug_state(symbolizer.open({.path = fixture_path(name)}));
  }
  EXPECT_EQ(open_descriptors() - before,
            static_cast<std::ptrdiff_t>(fixtures_with_dwarf("calls").size()));
}

TEST(Symbolizer, AFileOpenedTwiceHasOneHandle) {
  Symbolizer symbolizer;
  const std::size_t own4 = symbolizer.open({.path = fixture_path("calls-own4")});
  const std::size_t own5 = symbolizer.open({.path = fixture_path("calls-own5")});
  const std::size_t without = symbolizer.open({.path = fixture_path("calls-nobuildid")});
  EXPECT_NE(own4, own5);
  EXPECT_NE(own4, without);
  EXPECT_EQ(symbolizer.open({.path = fixture_path("calls-own4")}), own4);
  EXPECT_EQ(symbolizer.open({.path = fixture_path("calls-own4"), .pid = getpid()}), own4);
  EXPECT_EQ(symbolizer.open({.path = fixture_path("calls-nobuildid")}), without);
}

TEST(Symbolizer, AHandleThatWasNeverGivenResolvesToNothing) {
  Symbolizer symbolizer;
  EXPECT_EQ(symbolizer.resolve(7, 0x1000), std::vector{Location{}});
  EXPECT_EQ(symbolizer.debug_state(7), "none");
}

}  // namespace
}  // namespace heaptally
