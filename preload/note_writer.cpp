#include "preload/note_writer.h"

#include <algorithm>
#include <cstring>

namespace heaptally::preload {

void write_note(RingWriter& ring, wire::NoteKind kind, std::uint32_t pid, std::uint32_t value,
                const char* text) {
  std::size_t bytes = std::strlen(text);
  text += bytes - std::min<std::size_t>(bytes, wire::kMaxNoteText);
  bytes = std::min<std::size_t>(bytes, wire::kMaxNoteText);
  const auto parts = static_cast<std::uint32_t>((bytes + wire::kTextBytes - 1) / wire::kTextBytes);
  if (!ring.reserve(1 + parts)) return;
  ring.open();
  wire::Event event = {ring.stamp(),
                       static_cast<std::uint64_t>(kind),
                       static_cast<std::uint64_t>(value) << 32 | pid,
                       static_cast<wire::TraceIndex>(bytes),
                       wire::EventKind::kNote,
                       {},
                       0};
  ring.put(0, event);
  event.kind = wire::EventKind::kText;
  for (std::uint32_t part = 0; part < parts; ++part) {
    char piece[wire::kTextBytes] = {};
    const std::size_t from = part * std::size_t{wire::kTextBytes};
    std::memcpy(piece, text + from, std::min<std::size_t>(bytes - from, sizeof(piece)));
    std::memcpy(&event.address, piece, 8);
    std::memcpy(&event.size, piece + 8, 8);
    std::memcpy(&event.trace, piece + 16, 4);
    ring.put(1 + part, event);
  }
  ring.commit(1 + parts);
}

}  // namespace heaptally::preload
