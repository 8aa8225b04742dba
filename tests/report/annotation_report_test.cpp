#include "core/report/annotation_report.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

// A source of twelve lines, of which lines 2 and 9 allocate.
class AnnotationReports : public testing::Test {
 protected:
  AnnotationReports()
      : folder_(std::filesystem::path(testing::TempDir()) /
                ("heaptally_annotation_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_ / "src");
    std::ofstream out(path());
    for (int line = 1; line <= 12; ++line) out << "\tline " << line << '\n';
    recording_.data.header.start_unix_ns = std::int64_t{1} << 62;
    recording_.allocate(recording_.trace({recording_.line("/old/src/a.cpp", 2, "f")}), {2048, 2});
    recording_.allocate(recording_.trace({recording_.line("/old/src/a.cpp", 9, "g")}), {20, 1});
  }
  ~AnnotationReports() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return (folder_ / "src" / "a.cpp").string(); }

  // The text below the heading.
  std::string text(const std::string& path, std::optional<std::size_t> context,
                   bool colours = false) {
    const std::string all = written(
        path, [](const AnnotationReport& report, std::ostream& out) { write_text(report, out); },
        context, colours);
    return all.substr(all.find("count\n") + 6);
  }

  template <class Write>
  std::string written(const std::string& path, Write write, std::optional<std::size_t> context = {},
                      bool colours = false) {
    const Profile profile(recording_.data, {});
    const Snapshot peak = take_snapshot(recording_.data, recording_.timeline(), Metric::kLive, {});
    const Snapshot total = take_snapshot(recording_.data, recording_.timeline(), Metric::kTotal,
                                         {.kind = Moment::Kind::kEnd});
    const AnnotationSnapshots snapshots = {peak, peak, total};
    const Annotation annotation = annotate(profile, snapshots, query_, "/old/src/a.cpp", {});
    std::ostringstream out;
    write(AnnotationReport{.profile = profile,
                           .snapshots = snapshots,
                           .query = query_,
                           .annotation = annotation,
                           .path = path,
                           .context = context,
                           .colours = colours},
          out);
    return out.str();
  }

  std::filesystem::path folder_;
  RecordingBuilder recording_;
  Query query_;
};

constexpr const char* kSecond = "   2048 B     2048 B     2048 B          2";
constexpr const char* kNinth = "     20 B       20 B       20 B          1";
const std::string kBlank(42, ' ');

TEST_F(AnnotationReports, ShowTheLinesAround) {
  EXPECT_EQ(text(path(), 1), kBlank + "   1          line 1\n" + kSecond +
                                 "   2          line 2\n" + kBlank + "   3          line 3\n" +
                                 kBlank + " ...\n" + kBlank + "   8          line 8\n" + kNinth +
                                 "   9          line 9\n" + kBlank + "  10          line 10\n");
}

TEST_F(AnnotationReports, ShowAllLines) {
  const std::string all = text(path(), std::nullopt);
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 12);
  EXPECT_TRUE(all.ends_with(kBlank + "  12          line 12\n")) << all;
}

TEST_F(AnnotationReports, WithoutASourceShowTheNumbers) {
  EXPECT_EQ(text("", std::nullopt), std::string(kSecond) + "  2\n" + kNinth + "  9\n");
}

TEST_F(AnnotationReports, ColourWhatIsHot) {
  const std::string shown = text(path(), 0, true);
  EXPECT_NE(shown.find(std::string("\x1b[38;5;16;48;5;203m") + kSecond + "\x1b[0m"),
            std::string::npos);
  EXPECT_NE(shown.find(std::string("\x1b[38;5;16;48;5;230m") + kNinth + "\x1b[0m"),
            std::string::npos);
  EXPECT_EQ(text(path(), 0).find('\x1b'), std::string::npos);
}

TEST_F(AnnotationReports, AreJson) {
  const auto write = [](const AnnotationReport& report, std::ostream& out) {
    write_json(report, out);
  };
  const auto answer = nlohmann::json::parse(written(path(), write));
  EXPECT_EQ(answer["file"], "/old/src/a.cpp");
  EXPECT_EQ(answer["source"], path());
  EXPECT_EQ(answer["command"], nlohmann::json({"program", "an argument"}));
  EXPECT_EQ(answer["peak"]["moment"], "peak");
  EXPECT_EQ(answer["total"]["metric"], "total");
  EXPECT_EQ(answer["total"]["exact"], true);
  EXPECT_EQ(answer["cumulative"], false);
  EXPECT_EQ(answer["incomplete"], false);
  const nlohmann::json second = {{"bytes", 2048}, {"count", 2}},
                       ninth = {{"bytes", 20}, {"count", 1}};
  EXPECT_EQ(answer["lines"], nlohmann::json({{{"line", 2},
                                              {"live", second},
                                              {"peak", second},
                                              {"total", second},
                                              {"text", "\tline 2"}},
                                             {{"line", 9},
                                              {"live", ninth},
                                              {"peak", ninth},
                                              {"total", ninth},
                                              {"text", "\tline 9"}}}));
  EXPECT_TRUE(nlohmann::json::parse(written("", write))["source"].is_null());
}

TEST_F(AnnotationReports, AreCsv) {
  const auto write = [](const AnnotationReport& report, std::ostream& out) {
    write_csv(report, out);
  };
  EXPECT_EQ(written(path(), write),
            "file,line,live_size,live_count,peak_size,peak_count,total_size,total_count,text\n"
            "/old/src/a.cpp,2,2048,2,2048,2,2048,2,\tline 2\n"
            "/old/src/a.cpp,9,20,1,20,1,20,1,\tline 9\n");
}

TEST_F(AnnotationReports, FindSourcesThatMoved) {
  EXPECT_EQ(source_on_disk("/old/src/a.cpp", "", folder_.string()), path());
  EXPECT_EQ(source_on_disk("/old/src/a.cpp", "", (folder_ / "src").string()), path());
  EXPECT_EQ(source_on_disk("src/a.cpp", folder_.string(), ""), path());
  EXPECT_EQ(source_on_disk(path(), "", ""), path());
  EXPECT_EQ(source_on_disk("/old/src/b.cpp", "", folder_.string()), "");
  EXPECT_EQ(source_on_disk("/old/src/a.cpp", "/", ""), "");
}

}  // namespace
}  // namespace heaptally
