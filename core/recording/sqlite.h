// SQLite with lifetimes and errors in the manner of the rest of heaptally.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace heaptally::sqlite {

// How long to wait for others: enough for a reader\'s short transactions, too little to look hung.
inline constexpr int kBusyMilliseconds = 5000;

// Purpose: a connection. Closed with its last Statement gone before it.
// Threads: one at a time (it is opened without SQLite's own mutex).
class Database {
 public:
  // `subject` names the file in messages. `uri`: `name` is a "file:" URI.
  Database(const std::string& name, int flags, std::string subject);

  sqlite3* handle() const { return handle_.get(); }
  const std::string& subject() const { return subject_; }

  void execute(const char* sql);
  // The first column of the first row of `sql`, 0 if there is none.
  std::int64_t query_integer(const char* sql);
  std::string query_text(const char* sql);

  // Throws what `code` means to a user.
  [[noreturn]] void fail(int code) const;
  void check(int code) const {
    if (code != SQLITE_OK) fail(code);
  }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  std::string subject_;
  std::unique_ptr<sqlite3, Close> handle_;
};

// The error of a file whose content contradicts itself; `where` says in which table.
Error damaged(const std::string& subject, const std::string& where);

// Purpose: a prepared statement, to run often.
// Invariants: what is bound outlives the step that uses it: run() does both.
class Statement {
 public:
  Statement(Database& database, const char* sql);

  // Binds `values` to ?1, ?2, ..., runs to the end, resets.
  template <class... Values>
  void run(const Values&... values) {
    bind_all(values...);
    finish();
  }
  // Binds like run(); then step() while it returns true.
  template <class... Values>
  void start(const Values&... values) {
    reset();
    bind_all(values...);
  }
  bool step();
  void reset() { sqlite3_reset(handle_.get()); }

  // Columns of the current row. A value of another type, or out of the range
  // [0, limit) or [least, most], is damage: they throw.
  std::int64_t integer(int column);
  std::int64_t between(int column, std::int64_t least, std::int64_t most);
  std::uint64_t below(int column, std::uint64_t limit);
  std::uint64_t word(int column) { return static_cast<std::uint64_t>(integer(column)); }
  bool is_null(int column) { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }
  std::string_view text(int column);
  std::span<const std::uint8_t> blob(int column);  // NULL is empty

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };

  template <class... Values>
  void bind_all(const Values&... values) {
    int index = 0;
    (database_->check(bind(++index, values)), ...);
  }
  int bind(int index, std::int64_t value) {
    return sqlite3_bind_int64(handle_.get(), index, value);
  }
  int bind(int index, std::uint64_t value) { return bind(index, static_cast<std::int64_t>(value)); }
  int bind(int index, std::int32_t value) { return bind(index, std::int64_t{value}); }
  int bind(int index, std::uint32_t value) { return bind(index, std::int64_t{value}); }
  int bind(int index, const std::optional<std::int64_t>& value) {
    return value ? bind(index, *value) : bind(index, nullptr);
  }
  int bind(int index, std::nullptr_t) { return sqlite3_bind_null(handle_.get(), index); }
  int bind(int index, std::string_view text) {
    // A null pointer would bind NULL, not ''.
    return sqlite3_bind_text64(handle_.get(), index, text.empty() ? "" : text.data(), text.size(),
                               SQLITE_STATIC, SQLITE_UTF8);
  }
  int bind(int index, std::span<const std::uint8_t> bytes) {
    return sqlite3_bind_blob64(handle_.get(), index, bytes.data(), bytes.size(), SQLITE_STATIC);
  }
  void finish();
  [[noreturn]] void damaged_row(int column);

  Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace heaptally::sqlite
