// Whether the event log of a recording tells the same as all the rest of it.
#pragma once

#include <string>
#include <vector>

#include "core/recording/reader.h"

namespace heaptally::test {

// Works out from the log of a finished recording what its timeline, totals, survivors and processes
// tell, and says where they differ, for people; nothing if they agree. Events are replayed one by
// one, as simply as can be.
std::vector<std::string> disagreements(RecordingReader& reader);

}  // namespace heaptally::test
