// heaptally sql: the user's own questions.
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "cli/output.h"
#include "core/base/error.h"
#include "core/recording/query.h"
#include "core/report/rows_report.h"
#include "core/report/table_list.h"

namespace heaptally {
namespace {

constexpr const char* kSqlExamples =
    R"(Without a QUERY, the tables and views with their columns are listed. The query may read and
compute, nothing else; the recording is not changed. Views are those of this heaptally.
One that is not finished has no values in `totals` and the views made of it.

Formats:
  table   aligned columns; NULL is empty, a long blob is cut
  json    an array of objects; a blob is {"blob": "HEX"}
  csv     RFC 4180, with a first line of names; NULL is empty, a blob is HEX

Examples:
  heaptally sql FILE 'SELECT * FROM lines ORDER BY live_at_peak_bytes DESC LIMIT 10'
  heaptally sql FILE "SELECT value / 1e9 AS seconds FROM header WHERE key = 'duration_ns'"
  heaptally sql FILE 'SELECT thread, sum(total_bytes) FROM tally_values GROUP BY 1' --format csv
  heaptally sql FILE 'SELECT * FROM samples' --format json | jq '.[].rss_bytes'
  heaptally sql FILE - < query.sql)";

struct SqlOptions {
  std::string file;
  std::optional<std::string> query;
  std::string format = "table";
};

std::string query_text(const std::string& given) {
  if (given != "-") return given;
  return {std::istreambuf_iterator<char>(std::cin), {}};
}

void run_sql(const SqlOptions& options) {
  const RowsFormat format = parse_rows_format(options.format);
  RecordingQuery query(options.file);
  StandardOutput out;
  if (options.query) {
    query.start(query_text(*options.query));
    write_rows(query, format, out.stream());
  } else {
    write_table_list(query.tables(), out.stream());
  }
  out.finish();
}

}  // namespace

void add_sql_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("sql", "Ask a recording in SQL");
  const auto options = std::make_shared<SqlOptions>();
  command->add_option("FILE", options->file, "The recording")->required();
  command->add_option("QUERY", options->query, "A SELECT of SQLite's; - reads it from stdin");
  command->add_option("--format", options->format, "table, json or csv (table)")
      ->type_name("FORMAT");
  command->footer(kSqlExamples);
  command->callback([options, &status] {
    run_sql(*options);
    status = 0;
  });
}

}  // namespace heaptally
