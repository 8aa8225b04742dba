// How far reading has got is told, and who asks can give up.
#include <algorithm>

#include "core/base/error.h"
#include "tests/recording/recording_fixture.h"

namespace heaptally::test {

namespace {

constexpr std::uint32_t kTraces = 100'000;

// Long enough that it is told of many times.
class ReadWatch : public RecordingTest {
 protected:
  ReadWatch() {
    RecordingWriter writer(file(), true);
    writer.put(Header());
    std::vector<Frame> frames;
    frames.reserve(kTraces);
    for (std::uint32_t i = 0; i < kTraces; ++i) {
      frames.push_back({static_cast<FrameId>(i), ModuleId{0}, i, FrameKind::kReturnAddress});
    }
    const Module module{.id = ModuleId{0}, .path = "", .build_id = "", .debug = ""};
    writer.put(module);
    writer.add(std::span<const Frame>(frames));
    std::vector<Trace> traces;
    traces.reserve(kTraces);
    for (std::uint32_t i = 0; i < kTraces; ++i) {
      traces.push_back({static_cast<TraceId>(i), kRootTrace, static_cast<FrameId>(i)});
    }
    writer.add(std::span<const Trace>(traces));
    writer.finish();
  }

  std::filesystem::path file() const { return path("long.heaptally"); }
};

TEST_F(ReadWatch, TellsOfSharesThatGrowToTheWhole) {
  std::vector<double> shares;
  const RecordingReader reader(file(), [&](double share) {
    shares.push_back(share);
    return true;
  });
  EXPECT_EQ(reader.data().traces.size(), kTraces);
  ASSERT_GT(shares.size(), 10u);
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_LT(shares.front(), 0.1);
  EXPECT_GT(shares.back(), 0.4);  // this one has no locations
  EXPECT_LE(shares.back(), 1);
}

TEST_F(ReadWatch, GivesUpWhenItIsToldTo) {
  int calls = 0;
  try {
    const RecordingReader reader(file(), [&](double) { return ++calls < 3; });
    FAIL() << "it was read";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("was not read to its end"), std::string::npos)
        << error.what();
  }
  EXPECT_EQ(calls, 3);
}

}  // namespace

}  // namespace heaptally::test
