// What is written last: amounts of the whole run, which only its end, or a copy of a recording that
// goes on, can tell.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/recording/delta_codec.h"
#include "core/recording/model.h"
#include "core/recording/sqlite.h"

namespace heaptally {

// Purpose: the rows of the tables that an ending fills. What refers to what is not looked at.
// Owner and threads: the database's. Errors: Error from every call.
class EndingRows {
 public:
  explicit EndingRows(sqlite::Database& database) : db_(database) {}

  void put(const Header& header, bool is_complete);
  void put(const Process& process);
  void put(const Domain& domain);
  void add(const TallyTotals& row);
  void add(const Survivors& row);

 private:
  sqlite::Database& db_;
  DeltaCodec codec_;
  std::vector<std::uint8_t> lifetimes_;  // scratch

  sqlite::Statement put_header_{db_, "REPLACE INTO header VALUES(?1, ?2)"};
  sqlite::Statement insert_argument_{db_, "INSERT INTO arguments VALUES(?1, ?2)"};
  sqlite::Statement put_process_{db_,
                                 "REPLACE INTO processes VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
                                 " ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"};
  sqlite::Statement put_domain_{db_,
                                "REPLACE INTO domains VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"};
  sqlite::Statement insert_totals_{db_,
                                   "INSERT INTO totals VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
                                   " ?10, ?11, ?12)"};
  sqlite::Statement insert_survivors_{db_, "INSERT INTO survivors VALUES(?1, ?2)"};
};

// Copies a recording that goes on, all of which was flushed, to `path`, nothing or an empty file,
// and gives the copy an ending: one complete file. `tallies`: how many it has. Errors: Error; what
// lies at `path` then is for the caller to remove.
void copy_with_ending(sqlite::Database& from, const std::string& path, std::size_t tallies,
                      const RecordingEnding& ending);

}  // namespace heaptally
