#include "core/recording/open.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "core/recording/schema.h"

namespace heaptally {

namespace {

namespace fs = std::filesystem;
using sqlite::Database;

constexpr const char* kMakeOne = "give a file that `heaptally record` has made";
// No text or blob of a recording is longer; a damaged length fails here, not in malloc.
constexpr int kLongestValue = 256 << 20;

// "file:" URI of an absolute path, so that no character of it means anything.
std::string uri_of(const fs::path& absolute, const char* query) {
  std::string uri = "file:";
  for (const char c : absolute.string()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '.' || c == '-' || c == '_';
    if (plain) {
      uri += c;
    } else {
      constexpr char kHex[] = "0123456789ABCDEF";
      uri += '%';
      uri += kHex[static_cast<unsigned char>(c) >> 4];
      uri += kHex[c & 0xF];
    }
  }
  return uri + query;
}

bool exists(const fs::path& path, const char* suffix) {
  std::error_code error;
  return fs::exists(path.string() + suffix, error);
}

// Checked before SQLite sees the file, since it would wait on a pipe.
void require_regular_file(const fs::path& path, const std::string& subject) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw Error(subject, "does not exist", "check the path");
  }
  if (error) throw Error(subject, "cannot be read (" + error.message() + ")", "check the path");
  if (!fs::is_regular_file(status)) {
    throw Error(subject,
                fs::is_directory(status) ? "is a directory, not a heaptally recording"
                                         : "is not a heaptally recording",
                kMakeOne);
  }
  if (::access(path.c_str(), R_OK) != 0) {
    throw Error(subject, "cannot be read (permission denied)", "check its permissions");
  }
}

// Everything that a file could make SQLite do beyond reading plain tables is off.
void defend(Database& database) {
  sqlite3* const handle = database.handle();
  sqlite3_busy_timeout(handle, sqlite::kBusyMilliseconds);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kLongestValue);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  database.execute("PRAGMA query_only = ON");
  database.execute("PRAGMA cell_size_check = ON");
  database.execute("PRAGMA mmap_size = 0");  // a file cut while mapped would be SIGBUS
}

// Returns the version of the format.
std::int64_t check_kind(Database& database, const std::string& subject) {
  if (database.query_integer("PRAGMA application_id") != kApplicationId) {
    throw Error(subject, "is not a heaptally recording", kMakeOne);
  }
  const std::int64_t version = database.query_integer("PRAGMA user_version");
  if (version > kFormatVersion) {
    throw Error(subject,
                "was made by a newer heaptally (format " + std::to_string(version) +
                    ", this one reads up to " + std::to_string(kFormatVersion) + ")",
                "install a newer heaptally");
  }
  if (version < 1) throw sqlite::damaged(subject, "format " + std::to_string(version));
  return version;
}

void check_schema(Database& database, std::int64_t version, const std::string& subject) {
  sqlite::Statement find(database,
                         "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1");
  for (const SchemaItem& table : schema_tables(version)) {
    find.start(std::string_view(table.name));
    if (!find.step() || find.text(0) != table.sql) {
      throw sqlite::damaged(subject, std::string("no proper table ") + table.name);
    }
  }
}

OpenedRecording open_checked(const std::string& name, int flags, const std::string& subject,
                             bool settled) {
  Database database(name, flags, subject);
  defend(database);
  const std::int64_t version = check_kind(database, subject);
  check_schema(database, version, subject);
  return {std::move(database), settled, version};
}

// Whether a fresh copy may be read where the original cannot: SQLite needs to write
// the index of a WAL, or to roll back a journal, beside the file.
bool place_is_at_fault(const fs::path& absolute) {
  sqlite3* handle = nullptr;
  int code = sqlite3_open_v2(absolute.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr);
  sqlite3_busy_timeout(handle, sqlite::kBusyMilliseconds);
  if (code == SQLITE_OK) {
    code = sqlite3_exec(handle, "SELECT 1 FROM sqlite_schema", nullptr, nullptr, nullptr);
  }
  sqlite3_close(handle);
  code &= 0xFF;
  return code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_PERM ||
         code == SQLITE_IOERR;
}

// SQLite itself does not mind if the end of the last page is missing.
void check_size(Database& database, const fs::path& absolute) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(absolute, error);
  const std::int64_t needed =
      database.query_integer("PRAGMA page_count") * database.query_integer("PRAGMA page_size");
  if (error || size < static_cast<std::uintmax_t>(needed)) {
    throw sqlite::damaged(database.subject(), "its end is missing");
  }
}

class PrivateFolder {
 public:
  PrivateFolder() {
    std::error_code error;
    fs::path pattern = fs::temp_directory_path(error);
    if (error) pattern = "/tmp";
    std::string name = (pattern / "heaptally-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw Error(pattern.string(), "holds no room for a copy of the recording",
                  "set TMPDIR to a folder that can be written");
    }
    path_ = name;
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  ~PrivateFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void copy_private(const fs::path& from, const fs::path& to, const std::string& subject) {
  std::error_code error;
  fs::copy_file(from, to, error);
  // A copy inherits the mode; one of a read-only file must still be writable.
  if (!error) fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, error);
  if (error) {
    throw Error(subject, "cannot be copied to be read (" + error.message() + ")",
                "check its permissions, or set TMPDIR to a folder with space");
  }
}

}  // namespace

OpenedRecording open_copy(const fs::path& path) {
  const std::string subject = path.string();
  require_regular_file(path, subject);
  const PrivateFolder folder;
  const fs::path private_path = folder.path() / "recording";
  copy_private(path, private_path, subject);
  for (const char* suffix : {"-wal", "-journal"}) {
    if (exists(path, suffix)) {
      copy_private(path.string() + suffix, private_path.string() + suffix, subject);
    }
  }
  // For writing, so that SQLite can roll back a journal. The files' names go when this
  // returns, but what is open remains.
  return open_checked(private_path.string(), SQLITE_OPEN_READWRITE, subject, true);
}

OpenedRecording open_recording(const fs::path& path) {
  const std::string subject = path.string();
  require_regular_file(path, subject);
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  const bool wal = exists(absolute, "-wal");
  if (!wal && !exists(absolute, "-journal")) {
    // Nothing changes such a file, and `immutable` keeps SQLite from making side files.
    OpenedRecording opened = open_checked(uri_of(absolute, "?immutable=1"),
                                          SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, subject, true);
    check_size(opened.database, absolute);
    return opened;
  }
  if (!wal || !exists(absolute, "-shm") || place_is_at_fault(absolute)) return open_copy(path);
  return open_checked(uri_of(absolute, ""), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, subject, false);
}

namespace {

void copy_pages(Database& from, Database& to) {
  constexpr int kAllPages = -1;
  sqlite3_backup* const backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (backup == nullptr) to.fail(sqlite3_errcode(to.handle()));
  const int code = sqlite3_backup_step(backup, kAllPages);
  sqlite3_backup_finish(backup);  // leaves the step's error with `to`
  if (code != SQLITE_DONE) to.fail(code);
}

}  // namespace

OpenedRecording open_settled(const fs::path& path) {
  OpenedRecording opened = open_recording(path);
  if (opened.settled) return opened;
  Database copy(":memory:", SQLITE_OPEN_READWRITE, path.string());
  copy_pages(opened.database, copy);
  defend(copy);
  return {std::move(copy), true, opened.version};
}

void copy_recording(const fs::path& from, const fs::path& to) {
  OpenedRecording opened = open_recording(from);
  std::error_code error;
  Database copy(fs::absolute(to, error).string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                to.string());
  copy_pages(opened.database, copy);
}

Database open_to_change(const fs::path& path) {
  const std::string subject = path.string();
  require_regular_file(path, subject);
  std::error_code error;
  const fs::path absolute = fs::canonical(path, error);
  // SQLite would say less, and say it later. A transaction needs a file beside the recording.
  if (::access(absolute.c_str(), W_OK) != 0 ||
      ::access(absolute.parent_path().c_str(), W_OK) != 0) {
    throw Error(subject, "cannot be written, or its folder cannot (permission denied)",
                "give another file with -o");
  }
  Database database =
      open_checked(absolute.string(), SQLITE_OPEN_READWRITE, subject, false).database;
  constexpr int kShortWait = 500;  // a collector would not let go before its program ends
  sqlite3_busy_timeout(database.handle(), kShortWait);
  database.execute("PRAGMA query_only = OFF");
  // Only who is alone with the file may end its WAL mode.
  const int code = sqlite3_exec(database.handle(), "PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE",
                                nullptr, nullptr, nullptr);
  if (code != SQLITE_OK && (code & 0xFF) != SQLITE_BUSY) database.fail(code);
  if (code != SQLITE_OK || database.query_text("PRAGMA journal_mode") != "delete") {
    throw Error(subject, "is still being recorded, or in use by another program",
                "try again when that has ended, or give another file with -o");
  }
  return database;
}

}  // namespace heaptally
