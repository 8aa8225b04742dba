#include "core/report/rows_report.h"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <set>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/report/csv.h"
#include "core/report/text_width.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

using Blob = std::span<const std::uint8_t>;

constexpr std::size_t kMeasuredRows = 1000;
constexpr std::size_t kShownBytes = 16;

std::string hex(Blob bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

// With all digits, and seen to be a real number. JSON has no infinity, but takes a number that is
// too large, which its readers make infinite.
std::string real_text(double number) {
  if (std::isinf(number)) return number < 0 ? "-9e999" : "9e999";
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

struct TableCell {
  std::string operator()(std::nullptr_t) const { return {}; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return real_text(number); }
  std::string operator()(std::string_view text) const { return printable(text); }
  std::string operator()(Blob bytes) const {
    if (bytes.size() <= kShownBytes) return fmt::format("x'{}'", hex(bytes));
    return fmt::format("x'{}...' ({})", hex(bytes.first(kShownBytes)),
                       counted(bytes.size(), "byte"));
  }
};

struct CsvCell {
  std::string operator()(std::nullptr_t) const { return {}; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return real_text(number); }
  std::string operator()(std::string_view text) const { return csv_field(text); }
  std::string operator()(Blob bytes) const { return hex(bytes); }
};

std::string json_string(std::string_view text) {
  using Json = nlohmann::json;
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

struct JsonCell {
  std::string operator()(std::nullptr_t) const { return "null"; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return real_text(number); }
  std::string operator()(std::string_view text) const { return json_string(text); }
  std::string operator()(Blob bytes) const {
    return fmt::format("{{\"blob\": \"{}\"}}", hex(bytes));
  }
};

struct Column {
  std::size_t width = 0;
  bool numbers = true;  // and NULL, but not NULL alone
  bool filled = false;
};

using Line = std::vector<std::string>;

void write_line(const std::vector<Column>& columns, const Line& cells, std::ostream& out) {
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::size_t taken = text_width(cells[i]);
    const std::string blanks(columns[i].width > taken ? columns[i].width - taken : 0, ' ');
    const bool right = columns[i].numbers && columns[i].filled;
    if (i != 0) line += "  ";
    line += right ? blanks + cells[i] : cells[i] + blanks;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

Line line_of(std::span<const SqlValue> row) {
  Line line;
  for (const SqlValue& value : row) line.push_back(std::visit(TableCell(), value));
  return line;
}

void measure(std::vector<Column>& columns, const Line& cells) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i].width = std::max(columns[i].width, text_width(cells[i]));
  }
}

void write_table(RecordingQuery& query, std::ostream& out) {
  Line names;
  for (const std::string& name : query.columns()) names.push_back(printable(name));
  std::vector<Column> columns(names.size());
  measure(columns, names);

  std::vector<Line> first;
  bool more = true;
  while (first.size() < kMeasuredRows && (more = query.next())) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const SqlValue& value = query.row()[i];
      if (std::holds_alternative<std::nullptr_t>(value)) continue;
      columns[i].filled = true;
      columns[i].numbers &=
          std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
    }
    first.push_back(line_of(query.row()));
    measure(columns, first.back());
  }

  write_line(columns, names, out);
  Line rule;
  for (const Column& column : columns) rule.emplace_back(column.width, '-');
  write_line(columns, rule, out);
  for (const Line& line : first) write_line(columns, line, out);
  while (more && out && (more = query.next())) write_line(columns, line_of(query.row()), out);
}

// The keys of the JSON objects, each as `"name": `.
Line unique_keys(const std::vector<std::string>& names) {
  std::set<std::string> taken(names.begin(), names.end());
  std::set<std::string> used;
  Line keys;
  for (const std::string& name : names) {
    std::string key = name;
    for (int number = 2; !used.insert(key).second; ++number) {
      key = fmt::format("{}_{}", name, number);
      if (taken.contains(key)) key = name;  // another column's own
    }
    keys.push_back(json_string(key) + ": ");
  }
  return keys;
}

void write_json(RecordingQuery& query, std::ostream& out) {
  const Line keys = unique_keys(query.columns());
  const char* separator = "\n ";
  out << '[';
  while (out && query.next()) {
    std::string line = std::string(separator) + '{';
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (i != 0) line += ", ";
      line += keys[i] + std::visit(JsonCell(), query.row()[i]);
    }
    out << line << '}';
    separator = ",\n ";
  }
  out << "\n]\n";
}

void write_csv(RecordingQuery& query, std::ostream& out) {
  std::string line;
  const auto add = [&](const std::string& field, std::size_t column) {
    if (column != 0) line += ',';
    line += field;
  };
  for (std::size_t i = 0; i < query.columns().size(); ++i) add(csv_field(query.columns()[i]), i);
  out << line << '\n';
  while (out && query.next()) {
    line.clear();
    for (std::size_t i = 0; i < query.row().size(); ++i) {
      add(std::visit(CsvCell(), query.row()[i]), i);
    }
    out << line << '\n';
  }
}

}  // namespace

RowsFormat parse_rows_format(std::string_view text) {
  if (text == "table") return RowsFormat::kTable;
  if (text == "json") return RowsFormat::kJson;
  if (text == "csv") return RowsFormat::kCsv;
  throw Error("--format " + std::string(text), "is no format", "choose table, json or csv",
              ExitCode::kUsage);
}

void write_rows(RecordingQuery& query, RowsFormat format, std::ostream& out) {
  switch (format) {
    case RowsFormat::kTable:
      write_table(query, out);
      break;
    case RowsFormat::kJson:
      write_json(query, out);
      break;
    case RowsFormat::kCsv:
      write_csv(query, out);
      break;
  }
}

}  // namespace heaptally
