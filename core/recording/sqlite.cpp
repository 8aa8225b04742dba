#include "core/recording/sqlite.h"

#include <utility>

namespace heaptally::sqlite {

Database::Database(const std::string& name, int flags, std::string subject)
    : subject_(std::move(subject)) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, /*zVfs=*/nullptr);
  handle_.reset(handle);  // there is one to close even when opening failed
  check(code);
  sqlite3_extended_result_codes(handle, 1);
}

void Database::execute(const char* sql) {
  check(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr));
}

std::int64_t Database::query_integer(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::string Database::query_text(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? std::string(statement.text(0)) : std::string();
}

void Database::fail(int code) const {
  std::string detail = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  // It may quote what a damaged file holds; an error is one line.
  for (char& character : detail) {
    if (static_cast<unsigned char>(character) < ' ') character = '?';
  }
  switch (code & 0xFF) {
    case SQLITE_NOMEM:
      throw std::bad_alloc();
    case SQLITE_FULL:
      throw Error(subject_, "no space left", "free some, or record to another place");
    case SQLITE_READONLY:
    case SQLITE_PERM:
      throw Error(subject_, "cannot be written (" + detail + ")", "choose another place");
    case SQLITE_CANTOPEN:
      throw Error(subject_, "cannot be opened", "check the path and its permissions");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(subject_, "is in use by another program", "try again when that has ended");
    case SQLITE_INTERRUPT:
      throw Error(subject_, "was not read to its end, as was asked for", "open it again");
    case SQLITE_NOTADB:
      throw Error(subject_, "is not a heaptally recording",
                  "give a file that `heaptally record` has made");
    case SQLITE_IOERR:
      throw Error(subject_, "cannot be read or written (" + detail + ")",
                  "check the disk and its free space");
    default:
      throw damaged(subject_, detail);
  }
}

Error damaged(const std::string& subject, const std::string& where) {
  return Error(subject, "is truncated or damaged (" + where + ")",
               "use another copy, or record again");
}

Statement::Statement(Database& database, const char* sql) : database_(&database) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  handle_.reset(handle);
  database.check(code);
}

bool Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    // The message is the connection's; take it before the reset clears it.
    database_->fail(code);
  }
  return false;
}

void Statement::finish() {
  const int code = sqlite3_step(handle_.get());
  if (code != SQLITE_DONE && code != SQLITE_ROW) {
    try {
      database_->fail(code);
    } catch (...) {
      sqlite3_reset(handle_.get());
      throw;
    }
  }
  sqlite3_reset(handle_.get());
}

std::int64_t Statement::integer(int column) {
  // One look-up for type and value. The two calls on an "unprotected" value are safe
  // because no other thread uses this connection.
  sqlite3_value* const value = sqlite3_column_value(handle_.get(), column);
  if (sqlite3_value_type(value) != SQLITE_INTEGER) damaged_row(column);
  return sqlite3_value_int64(value);
}

std::int64_t Statement::between(int column, std::int64_t least, std::int64_t most) {
  const std::int64_t value = integer(column);
  if (value < least || value > most) damaged_row(column);
  return value;
}

std::uint64_t Statement::below(int column, std::uint64_t limit) {
  const std::uint64_t value = word(column);  // a negative one becomes greater than any limit
  if (value >= limit) damaged_row(column);
  return value;
}

std::string_view Statement::text(int column) {
  if (sqlite3_column_type(handle_.get(), column) != SQLITE_TEXT) damaged_row(column);
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  if (data == nullptr) throw std::bad_alloc();
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::span<const std::uint8_t> Statement::blob(int column) {
  const int type = sqlite3_column_type(handle_.get(), column);
  if (type == SQLITE_NULL) return {};
  if (type != SQLITE_BLOB) damaged_row(column);
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

void Statement::damaged_row(int column) {
  const char* name = sqlite3_column_name(handle_.get(), column);
  throw damaged(database_->subject(), std::string("a bad value of ") + (name ? name : "a column") +
                                          " in: " + sqlite3_sql(handle_.get()));
}

}  // namespace heaptally::sqlite
