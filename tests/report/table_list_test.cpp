#include "core/report/table_list.h"

#include <gtest/gtest.h>

#include <sstream>

#include "core/recording/schema.h"

namespace heaptally {
namespace {

TEST(TableList, EveryTableAndViewIsExplained) {
  for (const SchemaItem& table : schema_tables(kFormatVersion))
    EXPECT_NE(note_on_table(table.name), "");
  for (const SchemaItem& view : schema_views())
    EXPECT_NE(note_on_table(view.name), "") << view.name;
}

TEST(TableList, NamesColumnsInShortLines) {
  RecordingQuery query(HEAPTALLY_RECORDING);
  std::ostringstream out;
  write_table_list(query.tables(), out);
  const std::string text = out.str();
  EXPECT_NE(text.find("\n  header         a fact about the run\n    key, value\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\nViews\n  frame_lines "), std::string::npos) << text;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

}  // namespace
}  // namespace heaptally
