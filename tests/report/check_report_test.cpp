#include "core/report/check_report.h"

#include <sstream>

#include <gtest/gtest.h>

#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

class CheckReportTest : public testing::Test {
 protected:
  CheckReportTest() {
    const FrameId main = recording_.line("m.cpp", 1, "main");
    recording_.allocate(recording_.trace({main, recording_.line("a.cpp", 2, "a")}), {100'000, 1});
    recording_.allocate(recording_.trace({main, recording_.line("b.cpp", 3, "b")}), {50, 5});
    recording_.data.header.host = "machine";
    recording_.data.header.start_unix_ns = 1'700'000'000'000'000'000;
  }

  template <class Write>
  std::string written(CheckQuestion question, Write write) {
    const Profile profile(recording_.data, {});
    const Query query;
    const auto limits =
        check_limits({profile, recording_.timeline(), recording_.crossed(), {}}, query, question);
    std::ostringstream out;
    write({profile, query, question, limits}, out);
    return out.str();
  }
  std::string text(const CheckQuestion& question) {
    return written(question, [](const CheckReport& r, std::ostream& out) { write_text(r, out); });
  }
  std::string junit(const CheckQuestion& question) {
    return written(question, [](const CheckReport& r, std::ostream& out) { write_junit(r, out); });
  }

  RecordingBuilder recording_;
};

const Limit kBroken = {.measure = Measure::kPeak, .most = 100'000, .text = "--max-peak 100000"};
const Limit kKept = {.measure = Measure::kCount, .most = 6, .text = "--max-count 6"};

TEST_F(CheckReportTest, ALineForEachLimit) {
  EXPECT_EQ(text({.limits = {kBroken, kKept}, .places = {}, .suppressions = {}}),
            "broken  peak: 97.7 KiB (100,050 B), limit 97.7 KiB (100,000 B) (--max-peak 100000)\n"
            "  a.cpp:2: size=97.7 KiB, count=1\n"
            "    called from main (m.cpp:1)\n"
            "  b.cpp:3: size=50 B, count=5\n"
            "    called from main (m.cpp:1)\n"
            "ok      count: 6, limit 6 (--max-count 6)\n");
}

TEST_F(CheckReportTest, TellsWherePlacesAreGiven) {
  EXPECT_EQ(text({.limits = {kKept}, .places = {"b", "a.cpp:2"}, .suppressions = {}}),
            "ok      count: 6, limit 6 (--max-count 6 --in 'b' --in 'a.cpp:2')\n");
}

TEST_F(CheckReportTest, TellsHowFarAnUnfinishedRecordingGoes) {
  recording_.data.header.complete = false;
  recording_.data.samples = {{.time = std::chrono::milliseconds(1500)}};
  const std::string line = "incomplete: the recording was not finished; it goes as far as 10 s";
  EXPECT_NE(text({.limits = {}, .places = {}, .suppressions = {}}).find("# " + line + "\n"),
            std::string::npos);
  EXPECT_NE(junit({.limits = {}, .places = {}, .suppressions = {}})
                .find("<system-out>" + line + "</system-out>"),
            std::string::npos);
}

TEST_F(CheckReportTest, LongCallChainsAreCut) {
  std::vector<FrameId> frames;
  for (std::uint32_t i = 0; i < 20; ++i) frames.push_back(recording_.line("deep.cpp", 20 - i));
  recording_.allocate(recording_.trace(frames), {500'000, 1});
  const std::string report =
      text({.limits = {kBroken}, .places = {"deep.cpp"}, .suppressions = {}});
  EXPECT_NE(report.find("function (deep.cpp:8)\n    and 12 more calls\n"), std::string::npos)
      << report;
}

TEST_F(CheckReportTest, JUnit) {
  const std::string report =
      junit({.limits = {kBroken, kKept}, .places = {"main"}, .suppressions = {}});
  EXPECT_NE(report.find("tests=\"2\" failures=\"1\" errors=\"0\" timestamp=\"2023-11-14T22:13:20\" "
                        "hostname=\"machine\""),
            std::string::npos)
      << report;
  EXPECT_NE(report.find("<testcase name=\"count: --max-count 6 --in &#39;main&#39;\" "
                        "classname=\"heaptally.count\" time=\"0\"></testcase>"),
            std::string::npos);
  EXPECT_NE(report.find("<failure message=\"peak: 97.7 KiB (100,050 B), limit"), std::string::npos);
  EXPECT_NE(report.find("a.cpp:2: size=97.7 KiB, count=1\n    called from main (m.cpp:1)"),
            std::string::npos);
}

TEST_F(CheckReportTest, NamesAreTextWhateverTheyAre) {
  recording_.data.header.command = {"]]></failure>\x01"};
  recording_.data.header.host = "\"><";
  recording_.allocate(recording_.trace({recording_.line("</failure>\x02.cpp", 1, "f")}),
                      {900'000, 1});
  const std::string report =
      junit({.limits = {kBroken}, .places = {"main", "f"}, .suppressions = {}});
  EXPECT_NE(report.find("&lt;/failure&gt;\\x02.cpp:1"), std::string::npos) << report;
  EXPECT_NE(report.find("hostname=\"&quot;&gt;&lt;\""), std::string::npos);
  EXPECT_EQ(report.find("</failure>"), report.rfind("</failure>"));
  EXPECT_EQ(report.find('\x01'), std::string::npos);
  EXPECT_EQ(report.find('\x02'), std::string::npos);
}

}  // namespace
}  // namespace heaptally
