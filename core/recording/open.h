// Opening a recording to read it, in whatever state it was left.
#pragma once

#include <filesystem>

#include "core/recording/sqlite.h"

namespace heaptally {

struct OpenedRecording {
  sqlite::Database database;
  // False if a writer may still be at it: read all in one transaction, and let go.
  bool settled = false;
  std::int64_t version = 0;  // of the format: from 1 to kFormatVersion
};

// Opens the file at `path` read-only, with everything off that a hostile file could
// use, after checks of what it is and of its version. The three states:
//   finished, no side files   read in place, without locks
//   with WAL and its index    read in place: a collector writes it, or was killed
//   otherwise, or if that     file and side files are copied to a private folder that
//   place is not writable     is gone again when this returns
// Throws Error: missing, not a recording, of a newer version, damaged.
OpenedRecording open_recording(const std::filesystem::path& path);

// The last of the three, whatever the state of the file.
OpenedRecording open_copy(const std::filesystem::path& path);

// The same, but of a file that a writer may still be at a copy in memory, as of its last flush:
// for those that read for long.
OpenedRecording open_settled(const std::filesystem::path& path);

// Opens a recording for one transaction that changes it, which has begun when this returns. What a
// killed collector left beside the file is taken into it first. Throws Error: as open_recording;
// may not be written; in use by another program, as while it is recorded.
sqlite::Database open_to_change(const std::filesystem::path& path);

// Writes what open_recording reads to a new file. Throws Error.
void copy_recording(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace heaptally
