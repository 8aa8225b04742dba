// ReadWatch: tells how far the reading of a recording's tables has got.
#pragma once

#include "core/recording/reader.h"
#include "core/recording/sqlite.h"

namespace heaptally {

// Purpose: while it lives `progress` is called from within the statements of `database`, with the
//   share of SQLite's steps that the rows of the large tables will take. If it returns false, the
//   statement fails, and with it the reading.
// Lifetime: within that of the database. With no `progress` it does nothing.
class ReadWatch {
 public:
  ReadWatch(sqlite::Database& database, const ReadProgress& progress);
  ~ReadWatch();
  ReadWatch(const ReadWatch&) = delete;
  ReadWatch& operator=(const ReadWatch&) = delete;

 private:
  static int watch(void* self);

  sqlite::Database& database_;
  const ReadProgress& progress_;
  double expected_ = 1;  // steps
  double taken_ = 0;
};

}  // namespace heaptally
