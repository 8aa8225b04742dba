// What a user's record must look like: one table, for all versions.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace samples::validation {

enum class Type { kInteger, kString, kEmail, kBoolean, kObject, kStrings };

struct Rule {
  std::string_view path;  // address.city: the field city of the object address
  Type type;
  std::int64_t least = 0;  // of an integer; or of the characters or the items it has
  std::int64_t most = 0;
  bool required = true;
};

// Objects come before their fields.
inline constexpr std::array kSchema = {
    Rule{"id", Type::kInteger, 1, 1'000'000'000},
    Rule{"name", Type::kString, 1, 40},
    Rule{"email", Type::kEmail, 5, 60},
    Rule{"age", Type::kInteger, 0, 150},
    Rule{"active", Type::kBoolean},
    Rule{"address", Type::kObject},
    Rule{"address.street", Type::kString, 1, 60},
    Rule{"address.city", Type::kString, 1, 40},
    Rule{"address.zip", Type::kString, 5, 5},
    Rule{"tags", Type::kStrings, 0, 5, false},
};

}  // namespace samples::validation
