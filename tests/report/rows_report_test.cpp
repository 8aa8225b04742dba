#include "core/report/rows_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "core/base/error.h"

namespace heaptally {
namespace {

std::string written(const std::string& sql, RowsFormat format) {
  RecordingQuery query(HEAPTALLY_RECORDING);
  query.start(sql);
  std::ostringstream out;
  write_rows(query, format, out);
  return out.str();
}

TEST(RowsReport, ATableIsAligned) {
  EXPECT_EQ(written("SELECT function, line, NULL AS absent , depth / 2.0 AS half FROM frame_lines "
                    "WHERE frame < 2 ORDER BY frame, depth",
                    RowsFormat::kTable),
            "function                line  absent  half\n"
            "----------------------  ----  ------  ----\n"
            "inner(int)                 7           0.0\n"
            "outer()                   70           0.5\n"
            "__libc_start_call_main     0           0.0\n");
}

TEST(RowsReport, ATableIsFitForATerminal) {
  EXPECT_EQ(
      written("SELECT 'caf\xC3\xA9' AS a, 1 AS b UNION ALL SELECT '\xE4\xBD\xA0\xE5\xA5\xBD', 2"
              " UNION ALL SELECT 'x' || char(10) || char(27), 3",
              RowsFormat::kTable),
      "a          b\n"
      "---------  -\n"
      "caf\xC3\xA9       1\n"
      "\xE4\xBD\xA0\xE5\xA5\xBD       2\n"
      "x\\x0a\\x1b  3\n");
  EXPECT_EQ(written("SELECT x'00ff' AS short, x'000102030405060708090a0b0c0d0e0f10' AS long",
                    RowsFormat::kTable),
            "short    long\n"
            "-------  -------------------------------------------------\n"
            "x'00ff'  x'000102030405060708090a0b0c0d0e0f...' (17 bytes)\n");
}

TEST(RowsReport, ATableOfNothingHasItsNames) {
  EXPECT_EQ(written("SELECT id, text FROM strings WHERE id < 0", RowsFormat::kTable),
            "id  text\n--  ----\n");
}

// Later rows are not measured, and may be any number.
TEST(RowsReport, ATableIsNotKeptInMemory) {
  const std::string text = written(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
      " SELECT i, 'x' AS x FROM n",
      RowsFormat::kTable);
  EXPECT_NE(text.find("\n1000  x\n"), std::string::npos);
  EXPECT_NE(text.find("\n20000  x\n"), std::string::npos);
}

TEST(RowsReport, JsonKeepsTypesAndDigits) {
  const std::string text = written(
      "SELECT 9223372036854775807 AS big, 2.0 AS real, 0.1 AS tenth, NULL AS none,"
      " '\"\\' || char(1) AS text, x'0aff' AS bytes, 9e999 AS much, 1 AS big, 2 AS big_2",
      RowsFormat::kJson);
  EXPECT_EQ(text,
            "[\n {\"big\": 9223372036854775807, \"real\": 2.0, \"tenth\": 0.1, \"none\": null, "
            "\"text\": \"\\\"\\\\\\u0001\", \"bytes\": {\"blob\": \"0aff\"}, \"much\": 9e999, "
            "\"big_3\": 1, \"big_2\": 2}\n]\n");
}

TEST(RowsReport, JsonIsAlwaysValid) {
  for (const char* sql : {"SELECT text FROM arguments", "SELECT * FROM strings WHERE id < 0",
                          "SELECT id, id, id FROM frames"}) {
    EXPECT_TRUE(nlohmann::json::parse(written(sql, RowsFormat::kJson)).is_array()) << sql;
  }
  const auto rows = nlohmann::json::parse(written("SELECT text FROM arguments", RowsFormat::kJson));
  EXPECT_EQ(rows[4]["text"], "\xEF\xBF\xBD\xEF\xBF\xBD not UTF-8");
}

TEST(RowsReport, CsvIsQuotedWhereItMustBe) {
  EXPECT_EQ(written("SELECT 'a,b' AS \"x,y\", 'say \"hi\"' AS b, 'two' || char(10) || 'lines' AS c,"
                    " NULL AS d, x'ff' AS e, 1.5 AS f",
                    RowsFormat::kCsv),
            "\"x,y\",b,c,d,e,f\n\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,ff,1.5\n");
}

TEST(RowsReport, StopsWhenNobodyReads) {
  RecordingQuery query(HEAPTALLY_RECORDING);
  for (const RowsFormat format : {RowsFormat::kTable, RowsFormat::kJson, RowsFormat::kCsv}) {
    query.start("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n");
    std::ostringstream out;
    out.setstate(std::ios::badbit);
    write_rows(query, format, out);  // it would not end
  }
}

TEST(RowsReport, KnowsItsFormats) {
  EXPECT_EQ(parse_rows_format("json"), RowsFormat::kJson);
  EXPECT_THROW(parse_rows_format("xml"), Error);
}

}  // namespace
}  // namespace heaptally
