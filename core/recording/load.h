// From tables to RecordingData, with every value checked on the way.
#pragma once

#include "core/recording/reader.h"
#include "core/recording/sqlite.h"

namespace heaptally {

// Reads everything but the timeline. `totals` has as many elements as there are
// tallies; `totals_stored` tells whether the file had them. Throws Error.
RecordingData load_tables(sqlite::Database& database, bool& totals_stored);

}  // namespace heaptally
