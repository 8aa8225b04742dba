// What the collector knows of a process that it records, and of the threads in it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/types.h"
#include "core/collect/domain_blocks.h"
#include "core/collect/live_table.h"
#include "core/collect/tallies.h"
#include "wire/events.h"

namespace heaptally {

class ImageFamily;

// A process image that records, from its fork or exec until all of its events are tallied.
struct TrackedProcess {
  ProcessId row{};           // its row in the recording
  std::uint32_t number = 0;  // of its own, where a row may be several processes'
  std::int32_t pid = 0;      // as the collector sees it; 0: never found
  ImageFamily* family = nullptr;
  std::uint32_t block = 0;  // its process block
  bool is_forked = false;
  std::string program;            // the base name of what it runs
  std::uint64_t begin_stamp = 0;  // of its fork or exec
  // Set once it has ended or another program took its place: nothing is stamped later.
  std::optional<std::uint64_t> end_stamp;
  // Blocks of it may be live that are not in `live`, as it asked for: it stopped recording for a
  // while, or cleared what was recorded.
  bool has_untraced = false;
  LiveTable live;
  ProcessTally tally;
  DomainBlocks domains;  // other than the heap
};

// A note whose text is still coming in.
struct PendingNote {
  wire::NoteKind kind{};
  std::int32_t pid = 0;  // as the process that wrote it sees it
  std::uint32_t value = 0;
  std::uint32_t text_bytes = 0;  // expected in all
  std::string text;
};

// Whether a note is what a process says or asks through heaptally.h, but for kMark.
constexpr bool is_word(wire::NoteKind kind) {
  return kind >= wire::NoteKind::kAsk && kind <= wire::NoteKind::kExit;
}

// What holds of a lane since a thread took it over.
struct LaneState {
  TrackedProcess* process = nullptr;  // null until the thread's first event
  TaskId task{};
  std::int32_t tid = 0;
  std::uint64_t last_allocation = 0;  // its address, while it can still be a temporary
  std::optional<PendingNote> note;
  bool frees_own_block = false;  // the next block that is freed is the shim's own
  // In other domains.
  struct InDomain {
    TaskId task{};
    std::uint64_t last_allocation = 0;  // as above; of a mapping, its number
  };
  std::map<DomainId, InDomain> in_domains;
};

}  // namespace heaptally
