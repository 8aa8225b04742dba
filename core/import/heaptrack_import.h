// Recordings of other profilers, as recordings of heaptally.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/types.h"

namespace heaptally {

struct ImportOptions {
  std::filesystem::path input;
  std::filesystem::path output;
  bool overwrite = false;  // `output`, if it exists
};

struct ImportResult {
  std::string imported_from;  // as Header has it
  Amount total;
  Amount peak;
  Amount live_at_end;
  bool finished = true;     // false: the input was cut short, and the recording is unfinished
  std::uint64_t lines = 0;  // of the input
};

// Makes a recording of what heaptrack recorded (see HeaptrackReader for what is read). All amounts
// and the peak are those of the events in their order; time goes on only where heaptrack looked at
// its clock, every 10 ms. What heaptrack does not tell is left as not known: threads, the process's
// PID, when it began and how it ended, how long blocks lived and which of them were never freed.
// `output` is there once it is whole, and not before. Errors: Error.
ImportResult import_heaptrack(const ImportOptions& options);

}  // namespace heaptally
