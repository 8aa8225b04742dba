// The file of a recording: how it comes into being, and how it is left.
#pragma once

#include <filesystem>

#include "core/recording/sqlite.h"

namespace heaptally {

// Makes a file with the tables and views of a recording, all empty. An existing one is refused with
// an Error that names --force, unless `overwrite`; then it is replaced, if it is a regular file.
sqlite::Database create_recording(const std::filesystem::path& path, bool overwrite);

// Packs the file if that is worth it, and ends its WAL mode, so that nothing lies beside it.
void leave_one_file(sqlite::Database& database);

}  // namespace heaptally
