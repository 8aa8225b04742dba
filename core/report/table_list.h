// What there is in a recording to ask for, written out.
#pragma once

#include <iosfwd>
#include <span>
#include <string_view>

#include "core/recording/query.h"

namespace heaptally {

// What a row of the table or view stands for; "" if there is nothing to say.
std::string_view note_on_table(std::string_view name);

// Each table and view with its columns, and a line on what a row of it is.
void write_table_list(std::span<const SqlTable> tables, std::ostream& out);

}  // namespace heaptally
