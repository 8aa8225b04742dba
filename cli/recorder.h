// Recording, as the commands do it.
#pragma once

#include <string>

#include "core/collect/collector.h"

namespace heaptally {

// Records as `heaptally record` does: tells on stderr how it went, and returns the status to exit
// with, which is the program's own. `name`: what the recording is called there; empty: its path.
// Errors: as record().
int record_program(RecordOptions options, const std::string& name = "");

}  // namespace heaptally
