#include "preload/note_writer.h"

#include <algorithm>
#include <cstring>

namespace heaptally::preload {

bool write_note(RingWriter& ring, wire::NoteKind kind, std::uint32_t pid, std::uint32_t value,
                const char* text) {
  std::size_t bytes = std::strlen(text);
  text += bytes - std::min<std::size_t>(bytes, wire::kMaxNoteText);
  bytes = std::min<std::size_t>(bytes, wire::kMaxNoteText);
  const auto parts = static_cast<std::uint32_t>((bytes + wire::kTextBytes - 1) / wire::kTextBytes);
  if (!ring.reserve(1 + parts)) return false;
  ring.open();
  const std::uint64_t stamp = ring.stamp();
  ring.put(0, wire::EventKind::kNote, stamp, static_cast<std::uint64_t>(kind),
           static_cast<std::uint64_t>(value) << 32 | pid, static_cast<wire::TraceIndex>(bytes));
  for (std::uint32_t part = 0; part < parts; ++part) {
    struct {
      std::uint64_t address, size;
      wire::TraceIndex trace;
    } piece = {};
    const std::size_t from = part * std::size_t{wire::kTextBytes};
    std::memcpy(&piece, text + from, std::min<std::size_t>(bytes - from, wire::kTextBytes));
    ring.put(1 + part, wire::EventKind::kText, stamp, piece.address, piece.size, piece.trace);
  }
  ring.commit(1 + parts);
  return true;
}

}  // namespace heaptally::preload
