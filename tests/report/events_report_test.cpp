#include "core/report/events_report.h"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/profile/log_builder.h"

namespace heaptally {
namespace {

class EventsReports : public testing::Test {
 protected:
  EventsReports() {
    const FrameId main = recording_.line("main.cpp", 3, "main");
    const TallyId a =
        recording_.tally(recording_.trace({main, recording_.line("a.cpp", 5, "f")}), {});
    const TallyId b =
        recording_.tally(recording_.trace({main, recording_.line("b,c.cpp", 1, "g")}), {});
    log_.allocate(1'500'000'000, a, 10'240, 0x55d0c0a12340);
    log_.allocate(1'500'000'007, b, 24, 0x7f0000001000);
    log_.end(1'500'850'000, 0);
    log_.allocate(12'000'000'000, a, 0, 0x55d0c0a12340);
    log_.end(12'000'000'001, 2, LogKind::kFreedTemporary);
  }

  template <class Write>
  std::string written(Write write) {
    const Profile profile(recording_.data, {});
    const Events events(profile, log_.source(), query_);
    std::ostringstream out;
    write(
        EventsReport{
            .profile = profile, .query = query_, .events = events, .traceback = traceback_},
        out);
    return out.str();
  }
  std::string text() {
    return written([](const auto& report, auto& out) { write_text(report, out); });
  }
  nlohmann::json json() {
    return nlohmann::json::parse(
        written([](const auto& report, auto& out) { write_json(report, out); }));
  }

  RecordingBuilder recording_;
  LogBuilder log_;
  EventQuery query_;
  bool traceback_ = false;
};

TEST_F(EventsReports, Text) {
  EXPECT_EQ(text(),
            "# 3 allocations, in order of time\n"
            "      time (s)         address       size     lifetime      pid  thread"
            "                  site\n"
            "   1.500000000  0x55d0c0a12340   10.0 KiB       850 us      100  main (100)"
            "              a.cpp:5\n"
            "   1.500000007  0x7f0000001000       24 B  never freed      100  main (100)"
            "              b,c.cpp:1\n"
            "  12.000000000  0x55d0c0a12340        0 B         1 ns      100  main (100)"
            "              a.cpp:5\n");
}

TEST_F(EventsReports, TextOfSome) {
  query_.query.limit = 1;
  query_.order = EventOrder::kLifetime;
  query_.min_size = 1;
  query_.from = parse_moment("1", "--from");
  query_.min_lifetime = Nanoseconds(5);
  traceback_ = true;
  EXPECT_EQ(text(),
            "# 1 of 2 allocations, the longest-lived first\n"
            "# only --from 1 --min-size 1 --min-lifetime 5ns: 10.0 KiB in 2 allocations of "
            "10.0 KiB in 3 allocations\n"
            "      time (s)         address       size     lifetime      pid  thread"
            "                  site\n"
            "   1.500000007  0x7f0000001000       24 B  never freed      100  main (100)"
            "              b,c.cpp:1\n"
            "  File \"main.cpp\", line 3\n"
            "  File \"b,c.cpp\", line 1\n");
}

TEST_F(EventsReports, TextOfNone) {
  query_.leaked = true;
  query_.max_size = 1;
  EXPECT_EQ(text(),
            "# 0 allocations, in order of time\n"
            "# only --max-size 1 --leaked: 0 B in 0 allocations of 10.0 KiB in 3 allocations\n");
}

TEST_F(EventsReports, Json) {
  const nlohmann::json all = json();
  EXPECT_EQ(all["order"], "time");
  EXPECT_EQ(all["matched"], (nlohmann::json{{"bytes", 10'264}, {"count", 3}}));
  EXPECT_EQ(all["whole"], all["matched"]);
  EXPECT_EQ(all["finished"], true);
  ASSERT_EQ(all["events"].size(), 3u);
  const nlohmann::json& first = all["events"][0];
  EXPECT_EQ(first["number"], 0);
  EXPECT_EQ(first["time_ns"], 1'500'000'000);
  EXPECT_EQ(first["address"], 0x55d0c0a12340);
  EXPECT_EQ(first["size"], 10'240);
  EXPECT_EQ(first["lifetime_ns"], 850'000);
  EXPECT_EQ(first["fate"], "freed");
  EXPECT_EQ(first["process"], "program");
  EXPECT_EQ(first["pid"], 100);
  EXPECT_EQ(first["thread"], "main");
  EXPECT_EQ(first["tid"], 100);
  EXPECT_EQ(first["trace"], 2);
  EXPECT_EQ(first["label"], "a.cpp:5");
  EXPECT_EQ(first["function"], "f");
  EXPECT_FALSE(first.contains("traceback"));
  const nlohmann::json& second = all["events"][1];
  EXPECT_EQ(second["fate"], "never freed");
  EXPECT_TRUE(second["lifetime_ns"].is_null());
  EXPECT_EQ(second["lived_ns"], 10'499'999'994);
  EXPECT_EQ(all["events"][2]["fate"], "temporary");
  traceback_ = true;
  EXPECT_EQ(json()["events"][1]["traceback"].size(), 2u);
}

TEST_F(EventsReports, Csv) {
  traceback_ = true;
  query_.max_size = 100;
  EXPECT_EQ(
      written([](const auto& report, auto& out) { write_csv(report, out); }),
      "number,time_ns,address,size,lifetime_ns,fate,pid,tid,thread,trace,label,file,line,"
      "function,module,traceback\n"
      "1,1500000007,0x7f0000001000,24,,never freed,100,100,main,4,\"b,c.cpp:1\",\"b,c.cpp\",1,"
      "g,/bin/program,\"main.cpp:3; b,c.cpp:1\"\n"
      "2,12000000000,0x55d0c0a12340,0,1,temporary,100,100,main,2,a.cpp:5,a.cpp,5,f,"
      "/bin/program,main.cpp:3; a.cpp:5\n");
}

}  // namespace
}  // namespace heaptally
