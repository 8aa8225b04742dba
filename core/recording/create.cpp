#include "core/recording/create.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "core/base/error.h"
#include "core/recording/schema.h"

namespace heaptally {

using sqlite::Database;

namespace {

// Absolute, so that SQLite sees no "file:" or ":memory:" in what a user typed.
std::string create_file(const std::filesystem::path& path, bool overwrite) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) throw Error(path.string(), "cannot be made (" + error.message() + ")");
  const auto status = std::filesystem::symlink_status(absolute, error);
  if (std::filesystem::exists(status)) {
    if (!overwrite) throw Error(path.string(), "exists", "give another name, or --force");
    if (!std::filesystem::is_regular_file(status)) {
      throw Error(path.string(), "is not a regular file, so it is not replaced",
                  "give another name");
    }
    if (::unlink(absolute.c_str()) != 0) {
      throw Error(path.string(),
                  "cannot be replaced (" + std::generic_category().message(errno) + ")",
                  "give another name");
    }
  }
  // Leftovers of a file that is gone; SQLite would take them for the new one's.
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    ::unlink((absolute.string() + suffix).c_str());
  }
  const int descriptor = ::open(absolute.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    throw Error(path.string(), "cannot be made (" + std::generic_category().message(errno) + ")",
                "choose another place");
  }
  ::close(descriptor);
  return absolute.string();
}

void create_schema(Database& database) {
  database.execute("PRAGMA synchronous = OFF");
  database.execute("BEGIN");
  for (const SchemaItem& table : schema_tables(kFormatVersion)) database.execute(table.sql);
  for (const SchemaItem& view : schema_views()) database.execute(view.sql);
  const std::string ids = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                          "; PRAGMA user_version = " + std::to_string(kFormatVersion);
  database.execute(ids.c_str());
  database.execute("COMMIT");
}

}  // namespace

Database create_recording(const std::filesystem::path& path, bool overwrite) {
  const std::string name = create_file(path, overwrite);
  Database database(name, SQLITE_OPEN_READWRITE, path.string());
  sqlite3_busy_timeout(database.handle(), sqlite::kBusyMilliseconds);
  create_schema(database);
  return database;
}

// A merged timeline leaves free pages in the middle of the file; what a rewrite saves is
// worth its time only if they are many. It may fail for want of space: no harm.
void leave_one_file(Database& database) {
  const std::int64_t pages = database.query_integer("PRAGMA page_count");
  const std::int64_t unused = database.query_integer("PRAGMA freelist_count");
  if (unused > 16 && unused > pages / 10) {
    sqlite3_exec(database.handle(), "VACUUM", nullptr, nullptr, nullptr);
  }
  database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  // Refused while a reader has the file open; then it stays a whole, readable file in
  // WAL mode whose last user removes the empty WAL.
  sqlite3_exec(database.handle(), "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
}

}  // namespace heaptally
