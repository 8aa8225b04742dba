// SymbolUpdate: better symbols for a recording that is there already.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>

#include "core/recording/model.h"
#include "core/recording/sqlite.h"

namespace heaptally {

// Purpose: replaces what frames resolved to, and what modules' symbols came from, in one
//   transaction: without commit(), whatever happens, the recording remains as it was.
// Others may read the file meanwhile, but not write to it. Threads: one.
// Errors: every call may throw Error; see open_to_change.
class SymbolUpdate {
 public:
  explicit SymbolUpdate(const std::filesystem::path& path);

  void put(const Module& module);             // replaces the one with the same id
  void put(const FrameLocations& locations);  // replaces those of the same frame
  void commit();                              // nothing may follow

 private:
  std::int64_t intern(const std::string& text);

  sqlite::Database db_;
  std::unordered_map<std::string, std::int64_t> strings_;
  sqlite::Statement put_module_{db_, "REPLACE INTO modules VALUES(?1, ?2, ?3, ?4)"};
  sqlite::Statement insert_string_{db_, "INSERT INTO strings VALUES(?1, ?2)"};
  sqlite::Statement delete_locations_{db_, "DELETE FROM locations WHERE frame = ?1"};
  sqlite::Statement insert_location_{db_,
                                     "INSERT INTO locations VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
};

}  // namespace heaptally
