// Checker: holds what a parser comes across against the schema. Knows no parser.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "samples/support/checksum.h"
#include "samples/validation/schema.h"

namespace samples::validation {

// A value of JSON, of which arrays and objects tell only that they are one.
struct Array {};
struct Object {};
using Value =
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string_view, Array, Object>;

// Purpose: told of a record's fields in the order of the file, prints the errors that it finds:
//     record 17: age: expected integer, got "twenty"
//   at most so many as are to be shown, and counts the rest.
// What it must not do: allocate. What the versions allocate is then their own.
class Checker {
 public:
  explicit Checker(std::uint64_t shown) : shown_(shown) {}

  // Whether its fields are to be told.
  bool begin_record(const Value& record);
  void end_record();

  // A field of the object that `parent` is about; null: of the record. What is returned is null
  // where the value has nothing in it to be checked: otherwise it is an object, whose fields come
  // next and then end_object(), or an array, with items and then end_array().
  const Rule* field(const Rule* parent, std::string_view name, const Value& value);
  void end_object(const Rule* parent);
  void item(const Rule& rule, std::size_t index, const Value& value);
  void end_array(const Rule& rule, std::size_t items);

  // How many of the first are not printed, if any; then records, valid, errors, checksum.
  void say() const;

 private:
  void check(const Rule& rule, const Value& value);
  void check_bounds(const Rule& rule, std::int64_t amount, std::string_view of_what);
  // `path` and `what` are printed after the record.
  void error(std::string_view path, std::string_view what);
  void error_expected(std::string_view path, std::string_view expected, const Value& got);

  std::uint64_t shown_;
  std::uint64_t records_ = 0;
  std::uint64_t valid_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t errors_before_ = 0;    // this record
  Checksum checksum_;                  // of all errors
  std::bitset<kSchema.size()> found_;  // fields of this record
};

}  // namespace samples::validation
