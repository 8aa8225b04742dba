#include "core/profile/sites.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/profile/profile.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

// "where:line", or "where:function+offset" without source.
std::string text(const Places& places, PlaceId id) {
  const Place& place = places[id];
  const std::string where(places.where(id));
  if (place.source) return where + ":" + std::to_string(place.line);
  return where + ":" + std::string(places.function(id)) + "+" + std::to_string(place.offset);
}

std::string site(const RecordingBuilder& recording, TraceId trace, const SiteRules& rules = {}) {
  const Profile profile(recording.data, rules);
  return text(profile.places(), profile.sites()[trace]);
}

SiteRules machinery(const char* pattern) {
  SiteRules rules;
  rules.machinery.emplace_back(pattern);
  return rules;
}

TEST(Machinery, KnowsAllocatorFunctions) {
  for (const char* name :
       {"malloc", "calloc", "realloc", "reallocarray", "posix_memalign", "aligned_alloc",
        "memalign", "valloc", "pvalloc", "__libc_malloc", "operator new(unsigned long)",
        "operator new[](unsigned long)", "operator new", "operator new[]", "_Znwm",
        "_ZnamSt11align_val_t", "operator new(unsigned long, std::align_val_t)", "__rust_alloc"}) {
    EXPECT_TRUE(is_machinery_function(name)) << name;
  }
  for (const char* name : {"", "main", "my_malloc", "malloc_pool", "operator newline", "mallocx"}) {
    EXPECT_FALSE(is_machinery_function(name)) << name;
  }
}

TEST(Machinery, KnowsSystemIncludeFolders) {
  for (const char* file : {"/usr/include/c++/12/bits/new_allocator.h", "/usr/include/stdlib.h",
                           "/usr/lib/gcc/x86_64-linux-gnu/12/../../../../include/c++/12/vector",
                           "/usr/local/include/boost/pool.hpp", "/usr/lib/llvm-14/include/v",
                           "/rustc/90b35a6/library/alloc/src/raw_vec.rs"}) {
    EXPECT_TRUE(is_machinery_file(file)) << file;
  }
  for (const char* file : {"", "a.cpp", "/usr/src/a.cpp", "/home/usr/include/a.h", "include/a.h",
                           "/usr/includes/a.h"}) {
    EXPECT_FALSE(is_machinery_file(file)) << file;
  }
}

TEST(Machinery, KnowsRuntimeLibraries) {
  for (const char* path :
       {"/usr/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2", "libc-2.31.so",
        "/lib/ld-2.31.so", "/usr/lib/libstdc++.so.6.0.30", "/usr/lib/libc++.so.1",
        "/usr/lib/libc++abi.so.1", "libgcc_s.so.1", "libm.so.6", "libpthread-2.31.so",
        "/opt/libjemalloc.so.2", "libtcmalloc_minimal.so.4", "libmimalloc.so.2.1"}) {
    EXPECT_TRUE(is_machinery_module(path)) << path;
  }
  for (const char* path : {"", "/bin/program", "libcurl.so.4", "libcrypto.so", "/opt/libc/program",
                           "libmine.so", "libstdc++", "/lib/libc-client.so.1"}) {
    EXPECT_FALSE(is_machinery_module(path)) << path;
  }
}

TEST(Sites, AreTheMostRecentPlaceThatIsNotMachinery) {
  RecordingBuilder recording;
  const ModuleId libc = recording.module("/lib/libc.so.6");
  const TraceId trace =
      recording.trace({recording.line("main.cpp", 3), recording.line("list.cpp", 7),
                       recording.line("/usr/include/c++/12/bits/stl_vector.h", 99),
                       recording.line("own.cpp", 1, "operator new(unsigned long)"),
                       recording.symbol("malloc", 10, libc)});
  EXPECT_EQ(site(recording, trace), "list.cpp:7");
}

TEST(Sites, AreFoundAmongInlinedCalls) {
  RecordingBuilder recording;
  const FrameId inlined = recording.frame({{"push_back", "/usr/include/c++/12/vector", 5},
                                           {"add", "list.cpp", 8},
                                           {"main", "main.cpp", 3}});
  EXPECT_EQ(site(recording, recording.trace({recording.line("a.cpp", 1), inlined})), "list.cpp:8");
}

TEST(Sites, AreTheMostRecentPlaceIfAllAreMachinery) {
  RecordingBuilder recording;
  const ModuleId libc = recording.module("/lib/libc.so.6");
  const TraceId trace =
      recording.trace({recording.symbol("start", 1, libc), recording.symbol("malloc", 10, libc)});
  EXPECT_EQ(site(recording, trace), "/lib/libc.so.6:malloc+11");
}

TEST(Sites, OfTheEmptyStackAreUnknown) {
  EXPECT_EQ(site(RecordingBuilder(), kRootTrace), "<unknown>:0");
}

TEST(Sites, AreNeverACut) {
  RecordingBuilder recording;
  const FrameId cut = recording.frame({}, kNoModule, FrameKind::kCut);
  const TraceId only_cut = recording.trace({cut});
  EXPECT_EQ(site(recording, only_cut), "<unknown>:0");
  SiteRules raw;
  raw.raw = true;
  EXPECT_EQ(site(recording, only_cut, raw), "<unknown>:0");
  EXPECT_EQ(site(recording, recording.trace({cut, recording.line("a.cpp", 1)})), "a.cpp:1");
}

TEST(Sites, AreTheMostRecentPlaceWhenRaw) {
  RecordingBuilder recording;
  const TraceId trace = recording.trace(
      {recording.line("main.cpp", 3), recording.line("/usr/include/c++/12/vector", 9)});
  SiteRules raw;
  raw.raw = true;
  EXPECT_EQ(site(recording, trace, raw), "/usr/include/c++/12/vector:9");
}

TEST(Sites, PassOverMoreMachineryByFileModuleAndFunction) {
  RecordingBuilder recording;
  const ModuleId pool = recording.module("/opt/libpool.so");
  const TraceId by_file =
      recording.trace({recording.line("main.cpp", 3), recording.line("src/pool.h", 9)});
  const TraceId by_function =
      recording.trace({recording.line("main.cpp", 3), recording.line("a.cpp", 9, "pool::take()")});
  const TraceId by_module =
      recording.trace({recording.line("main.cpp", 3), recording.symbol("take", 0, pool)});
  EXPECT_EQ(site(recording, by_file), "src/pool.h:9");
  EXPECT_EQ(site(recording, by_file, machinery("*/pool.h")), "main.cpp:3");
  EXPECT_EQ(site(recording, by_function, machinery("pool::*")), "main.cpp:3");
  EXPECT_EQ(site(recording, by_module, machinery("*/libpool.so")), "main.cpp:3");
  EXPECT_EQ(site(recording, by_module, machinery("*nothing*")), "/opt/libpool.so:take+1");
}

TEST(Sites, RefuseATraceBeforeItsParent) {
  RecordingBuilder recording;
  recording.trace({recording.line("a.cpp", 1), recording.line("a.cpp", 2)});
  recording.data.traces[1].parent = TraceId{2};
  EXPECT_THROW(Profile(recording.data, {}), Error);
}

TEST(Places, CountOffsetsToTheReturnAddress) {
  RecordingBuilder recording;
  const Location location{.function = "f", .file = "", .symbol_offset = 4};
  const FrameId call = recording.frame({location});
  const FrameId exact = recording.frame({location}, RecordingBuilder::kProgram, FrameKind::kExact);
  const Places places(recording.data);
  EXPECT_EQ(text(places, places.of(call)[0]), "/bin/program:f+5");
  EXPECT_EQ(text(places, places.of(exact)[0]), "/bin/program:f+4");
}

TEST(Places, OfUnresolvedFramesAreAddresses) {
  RecordingBuilder recording;
  const FrameId stripped = recording.frame({});
  const FrameId nowhere = recording.frame({}, kNoModule);
  const Places places(recording.data);
  const auto address = [&](FrameId frame) {
    return std::to_string(recording.data.frames[index_of(frame)].address);
  };
  EXPECT_EQ(text(places, places.of(stripped)[0]), "/bin/program:+" + address(stripped));
  EXPECT_EQ(text(places, places.of(nowhere)[0]), "??:+" + address(nowhere));
}

TEST(Places, AreOneWhereTheyAreEqual) {
  RecordingBuilder recording;
  const FrameId a = recording.line("a.cpp", 1);
  const FrameId b = recording.line("a.cpp", 1);
  const FrameId c = recording.line("a.cpp", 2);
  const Places places(recording.data);
  EXPECT_EQ(places.of(a)[0], places.of(b)[0]);
  EXPECT_NE(places.of(a)[0], places.of(c)[0]);
}

}  // namespace
}  // namespace heaptally
