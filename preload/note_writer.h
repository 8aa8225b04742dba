// Notes: what is told of a process, in its rings.
#pragma once

#include <cstdint>

#include "preload/ring_writer.h"
#include "wire/events.h"

namespace heaptally::preload {

// What it means is said at wire::NoteKind. Of a text longer than wire::kMaxNoteText the end is
// told. False: it is lost, and counted.
bool write_note(RingWriter& ring, wire::NoteKind kind, std::uint32_t pid, std::uint32_t value,
                const char* text);

}  // namespace heaptally::preload
