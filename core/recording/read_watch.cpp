#include "core/recording/read_watch.h"

#include <algorithm>

namespace heaptally {
namespace {

constexpr int kSteps = 20'000;  // between two calls: some 2 ms

// Of a row: one for each column and four for the way to it. There are more locations than frames,
// but some frames have none.
constexpr const char* kExpectedSteps =
    "SELECT (SELECT coalesce(max(id), 0) FROM frames) * (8 + 11)"
    " + (SELECT coalesce(max(id), 0) FROM traces) * 7"
    " + (SELECT coalesce(max(id), 0) FROM tallies) * (8 + 16)"
    " + (SELECT coalesce(max(id), 0) FROM strings) * 6";

}  // namespace

ReadWatch::ReadWatch(sqlite::Database& database, const ReadProgress& progress)
    : database_(database), progress_(progress) {
  if (!progress_) return;
  expected_ =
      static_cast<double>(std::max<std::int64_t>(1, database_.query_integer(kExpectedSteps)));
  sqlite3_progress_handler(database_.handle(), kSteps, &ReadWatch::watch, this);
}

ReadWatch::~ReadWatch() { sqlite3_progress_handler(database_.handle(), 0, nullptr, nullptr); }

int ReadWatch::watch(void* self) {
  auto& that = *static_cast<ReadWatch*>(self);
  that.taken_ += kSteps;
  return that.progress_(std::min(that.taken_ / that.expected_, 1.0)) ? 0 : 1;
}

}  // namespace heaptally
