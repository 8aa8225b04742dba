// Fields of CSV.
#pragma once

#include <string>
#include <string_view>

namespace heaptally {

// `text` as a field, quoted by RFC 4180 where it must be.
std::string csv_field(std::string_view text);

}  // namespace heaptally
