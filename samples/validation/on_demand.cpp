// Checks each record while it is parsed: simdjson marks where the values begin and reads those that
// are asked for, in buffers that are the same for all records. No document is built.
#include <simdjson.h>

#include <algorithm>

#include "samples/support/sample.h"
#include "samples/validation/checker.h"
#include "samples/validation/lines.h"

namespace {

using namespace samples::validation;
using namespace simdjson;

// Lines up to here are parsed without allocating again.
constexpr std::size_t kUsualLine = 4096;

// `Any`: a value, or the document, which has the same functions.
template <class Any>
Value value_of(Any& value) {
  switch (value.type().value()) {
    case ondemand::json_type::boolean:
      return value.get_bool().value();
    case ondemand::json_type::string:
      return value.get_string().value();
    case ondemand::json_type::array:
      return Array{};
    case ondemand::json_type::object:
      return Object{};
    case ondemand::json_type::number: {
      std::int64_t number = 0;
      if (value.get_int64().get(number) == SUCCESS) return number;
      return value.get_double().value();
    }
    default:
      if (value.is_null().value()) return nullptr;
      throw simdjson_error(N_ATOM_ERROR);
  }
}

void check_object(Checker& checker, const Rule* parent, ondemand::object object) {
  for (auto field : object) {
    const std::string_view name = field.unescaped_key();
    ondemand::value value = field.value();
    const Rule* const rule = checker.field(parent, name, value_of(value));
    if (rule == nullptr) continue;  // and the parser passes over what is in it
    if (rule->type == Type::kObject) {
      check_object(checker, rule, value.get_object());
    } else {
      std::size_t items = 0;
      for (ondemand::value item : value.get_array()) {
        checker.item(*rule, items++, value_of(item));
      }
      checker.end_array(*rule, items);
    }
  }
  checker.end_object(parent);
}

void check_record(Checker& checker, ondemand::document& record) {
  const Value value = value_of(record);
  if (checker.begin_record(value)) check_object(checker, nullptr, record.get_object());
  checker.end_record();
  // What was read to its end is out of bounds. An array was not: nobody asked what is in it.
  const bool was_read = !std::holds_alternative<Array>(value);
  if (was_read && record.current_location().error() != OUT_OF_BOUNDS) {
    throw simdjson_error(TRAILING_CONTENT);
  }
}

// How far the parser came, from 1; 0 if it does not know.
std::size_t byte_of(ondemand::document& record, const std::string& line) {
  const char* where = nullptr;
  if (record.current_location().get(where) != SUCCESS) return 0;
  return static_cast<std::size_t>(where - line.data()) + 1;
}

// What the parser takes for lines of this size: 4 bytes of index and 5/3 bytes of text for each of
// theirs, rounded up, and 9 for each level of nesting that it allows (1024).
std::size_t most_bytes_of_parser(std::size_t size) {
  const std::size_t buffers = 4 * (size + 73) + 5 * size / 3 + 128;
  return (size > kUsualLine ? 2 * buffers : buffers) + 9 * DEFAULT_MAX_DEPTH + 1024;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  Lines lines(arguments.file, SIMDJSON_PADDING);
  Checker checker(arguments.shown);
  ondemand::parser parser;
  if (const error_code error = parser.allocate(kUsualLine)) {  // allocates
    return lines.broken(0, error_message(error));
  }
  while (lines.next()) {
    ondemand::document record;
    if (const error_code error = parser.iterate(lines.line()).get(record)) {  // allocates at times
      return lines.broken(0, error_message(error));
    }
    try {
      check_record(checker, record);
    } catch (const simdjson_error& error) {
      return lines.broken(byte_of(record, lines.line()), error.what());
    }
  }
  checker.say();
  samples::say("peak_bytes_at_most",
               lines.most_bytes() + most_bytes_of_parser(std::max(kUsualLine, lines.longest())));
  return samples::finished();
}
