// A record as a document of nlohmann::json, and what such documents take.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "samples/validation/checker.h"
#include "samples/validation/lines.h"

namespace samples::validation {

// Keeps the fields in the order of the file, so that errors come in it.
using Json = nlohmann::ordered_json;

inline Value value_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::boolean:
      return value.get<bool>();
    case Json::value_t::number_unsigned:
      // What no std::int64_t can hold is as good as a number with a fraction.
      if (value.get<std::uint64_t>() > INT64_MAX) return value.get<double>();
      [[fallthrough]];
    case Json::value_t::number_integer:
      return value.get<std::int64_t>();
    case Json::value_t::number_float:
      return value.get<double>();
    case Json::value_t::string:
      return std::string_view(value.get_ref<const std::string&>());
    case Json::value_t::array:
      return Array{};
    case Json::value_t::object:
      return Object{};
    default:
      return nullptr;
  }
}

inline void check_object(Checker& checker, const Rule* parent, const Json& object) {
  for (const auto& [name, value] : object.items()) {
    const Rule* const rule = checker.field(parent, name, value_of(value));
    if (rule == nullptr) continue;
    if (value.is_object()) {
      check_object(checker, rule, value);
    } else {
      for (std::size_t i = 0; i < value.size(); ++i) checker.item(*rule, i, value_of(value[i]));
      checker.end_array(*rule, value.size());
    }
  }
  checker.end_object(parent);
}

inline void check_record(Checker& checker, const Json& record) {
  if (checker.begin_record(value_of(record))) check_object(checker, nullptr, record);
  checker.end_record();
}

// Blocks of the heap.
struct Blocks {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;

  void add(std::size_t size) {
    count += size > 0 ? 1 : 0;
    bytes += size;
  }
  void add(const std::string& text) {
    // Short ones lie in the string itself.
    add(text.capacity() > std::string().capacity() ? text.capacity() + 1 : 0);
  }
};

// Purpose: tells what a document takes beside the 16 bytes of its root. Each string, array and
//   object is a block, and most have another one, for what is in them.
class Measure {
 public:
  Blocks of(const Json& document) {
    Blocks blocks;
    open_.push_back(&document);  // and no recursion, however deep the document
    while (!open_.empty()) {
      const Json& value = *open_.back();
      open_.pop_back();
      add(blocks, value);
    }
    return blocks;
  }

 private:
  void add(Blocks& blocks, const Json& value) {
    if (value.is_string()) {
      const auto& text = value.get_ref<const Json::string_t&>();
      blocks.add(sizeof(text));
      blocks.add(text);
    } else if (value.is_array()) {
      const auto& array = value.get_ref<const Json::array_t&>();
      blocks.add(sizeof(array));
      blocks.add(array.capacity() * sizeof(Json));
      for (const Json& item : array) open_.push_back(&item);
    } else if (value.is_object()) {
      const auto& object = value.get_ref<const Json::object_t&>();
      blocks.add(sizeof(object));
      blocks.add(object.capacity() * sizeof(Json::object_t::value_type));
      for (const auto& [name, field] : object) {
        blocks.add(name);
        open_.push_back(&field);
      }
    }
  }

  std::vector<const Json*> open_;
};

// The parser's exceptions say where they were thrown, and where in the file; what is left is why.
inline int broken(const Lines& lines, const Json::exception& error) {
  const auto* const where = dynamic_cast<const Json::parse_error*>(&error);
  std::string_view why = error.what();
  why.remove_prefix(std::min(why.size(), why.find("] ") + 2));
  if (where != nullptr) why.remove_prefix(std::min(why.size(), why.find(": ") + 2));
  return lines.broken(where != nullptr ? where->byte : 0, why);
}

}  // namespace samples::validation
