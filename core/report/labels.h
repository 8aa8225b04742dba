// Labels: how places and keys are written.
#pragma once

#include <string>

#include "core/profile/keys.h"

namespace heaptally {

// A place as a statistic names it:
//   source:   FILE:LINE
//   symbol:   MODULE:SYMBOL+0xOFFSET
//   stripped: MODULE:+0xADDRESS, or ??:0xADDRESS for code in no file
std::string place_label(const Places& places, PlaceId place);

// A place as a line of a traceback, tracemalloc's `  File "FILE", line LINE`; without source
// `  File "MODULE", SYMBOL+0xOFFSET`.
std::string frame_label(const Places& places, PlaceId place);

// A key by place as a node of a call tree names it, within `width` characters (0: no bound), of
// which the function's name gives way first; for lineno FUNCTION (FILE:LINE), or
// SYMBOL+0xOFFSET (MODULE).
std::string call_label(const Profile& profile, Group group, PlaceId place, std::size_t width = 0);

// A process image, its command cut to a readable length: COMMAND (PID), or COMMAND (N processes)
// where several were folded.
std::string process_label(const Process& image);

// A key as a statistic names it:
//   lineno: see place_label     filename: FILE:0        module: MODULE:0
//   function: FUNCTION (FILE)   traceback: its allocation site, see place_label
//   thread: NAME (TID), or NAME (N threads) where several were folded
//   process: COMMAND (PID), or COMMAND (N processes); see process_label
//   size: [SIZE, SIZE), the upper end not included
// Files that are not known are the module's path; "??" if there is none.
std::string key_label(const Profile& profile, Group group, const Key& key);

}  // namespace heaptally
