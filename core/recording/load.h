// From tables to RecordingData, with every value checked on the way.
#pragma once

#include <cstdint>

#include "core/recording/reader.h"
#include "core/recording/sqlite.h"

namespace heaptally {

// Reads everything but the timeline, of a file of the format's `version`. What that version does
// not have is left at its default. `totals` has as many elements as there are tallies;
// `totals_stored` tells whether the file had them. Throws Error.
RecordingData load_tables(sqlite::Database& database, std::int64_t version, bool& totals_stored);

}  // namespace heaptally
