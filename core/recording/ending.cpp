#include "core/recording/ending.h"

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/recording/header_fields.h"
#include "core/recording/timeline.h"

namespace heaptally {
namespace {

using sqlite::Database;
using sqlite::Statement;

// Adds what came after the last row of the timeline, which may be a part of that row's time.
void add_bucket(Database& database, std::size_t tallies, const Bucket& bucket) {
  if (bucket.deltas.empty()) return;
  DeltaCodec codec;
  Bucket row = bucket;
  Statement last(database,
                 "SELECT start_ns, width_ns, max_live_bytes, deltas FROM timeline"
                 " ORDER BY start_ns DESC LIMIT 1");
  last.start();
  if (last.step() && Nanoseconds(last.integer(0) + last.integer(1)) > bucket.start) {
    Bucket sum;
    sum.start = Nanoseconds(last.integer(0));
    sum.width = Nanoseconds(last.integer(1));
    sum.max_live_bytes = last.word(2);
    if (!codec.decode(last.blob(3), tallies, sum.deltas)) {
      throw sqlite::damaged(database.subject(), "timeline");
    }
    absorb(sum, bucket);
    row = std::move(sum);
  }
  last.reset();
  Statement put(database, "REPLACE INTO timeline VALUES(?1, ?2, ?3, ?4)");
  put.run(row.start.count(), row.width.count(), row.max_live_bytes, codec.encode(row.deltas));
}

// For the rows that the buckets have become: a row starts with the first of them.
void add_survivors(Database& database, EndingRows& rows, const std::vector<Survivors>& survivors) {
  Statement find(database, "SELECT max(start_ns) FROM timeline WHERE start_ns <= ?1");
  Survivors row;
  for (const Survivors& bucket : survivors) {
    find.start(bucket.start.count());
    const bool is_found = find.step() && !find.is_null(0);
    const Nanoseconds start = is_found ? Nanoseconds(find.integer(0)) : bucket.start;
    find.reset();
    if (!row.amounts.empty() && row.start != start) {
      rows.add(row);
      row.amounts.clear();
    }
    row.start = start;
    absorb(row.amounts, bucket.amounts);
  }
  if (!row.amounts.empty()) rows.add(row);
}

}  // namespace

void EndingRows::put(const Header& header, bool is_complete) {
  for_each_header_field(header, [&]<class Value>(const char* key, const Value& value) {
    const std::string_view name = key;
    if constexpr (std::is_same_v<Value, Nanoseconds>) {
      put_header_.run(name, value.count());
    } else if constexpr (std::is_same_v<Value, bool>) {
      put_header_.run(name, (name == "complete" ? is_complete : value) ? 1 : 0);
    } else if constexpr (std::is_same_v<Value, std::string>) {
      put_header_.run(name, std::string_view(value));
    } else {
      put_header_.run(name, value);
    }
  });
  db_.execute("DELETE FROM arguments");
  for (std::size_t position = 0; position < header.command.size(); ++position) {
    insert_argument_.run(std::uint64_t{position}, std::string_view(header.command[position]));
  }
}

void EndingRows::put(const Process& process) {
  std::optional<std::int64_t> previous;
  if (process.previous) previous = index_of(*process.previous);
  std::optional<std::int64_t> exit_status;
  if (process.exit_status != kUnknownExit) exit_status = process.exit_status;
  put_process_.run(static_cast<std::uint32_t>(process.id), process.pid, process.parent_pid,
                   static_cast<std::uint32_t>(process.origin), previous,
                   std::string_view(process.command), process.start.count(), process.end.count(),
                   exit_status, process.processes, std::string_view(process.not_recorded),
                   process.total.bytes, process.total.count, process.live_at_end.bytes,
                   process.live_at_end.count, process.peak.bytes, process.peak.count,
                   process.peak_time.count());
}

void EndingRows::put(const Domain& domain) {
  put_domain_.run(static_cast<std::uint32_t>(domain.id), std::string_view(domain.name),
                  domain.total.bytes, domain.total.count, domain.live_at_end.bytes,
                  domain.live_at_end.count, domain.peak.bytes, domain.peak.count,
                  domain.peak_time.count());
}

void EndingRows::add(const TallyTotals& row) {
  encode_lifetimes(row.lifetimes, lifetimes_);
  const auto run = [&](const auto& lifetimes) {
    insert_totals_.run(static_cast<std::uint32_t>(row.id), row.total.bytes, row.total.count,
                       row.temporary.bytes, row.temporary.count, row.live_at_end.bytes,
                       row.live_at_end.count, row.live_at_peak.bytes, row.live_at_peak.count,
                       row.live_at_process_peak.bytes, row.live_at_process_peak.count, lifetimes);
  };
  if (row.lifetimes.empty()) {
    run(nullptr);
  } else {
    run(BlobView(lifetimes_));
  }
}

void EndingRows::add(const Survivors& row) {
  insert_survivors_.run(row.start.count(), codec_.encode(row.amounts));
}

void copy_with_ending(Database& from, const std::string& path, std::size_t tallies,
                      const RecordingEnding& ending) {
  Statement(from, "VACUUM INTO ?1").run(std::string_view(path));
  Database copy(path, SQLITE_OPEN_READWRITE, path);
  // Nobody else knows of it, and half of it is of no use.
  copy.execute("PRAGMA synchronous = OFF");
  copy.execute("PRAGMA journal_mode = MEMORY");
  copy.execute("BEGIN");
  EndingRows rows(copy);
  rows.put(ending.header, true);
  for (const Process& process : ending.processes) rows.put(process);
  for (const Domain& domain : ending.domains) rows.put(domain);
  add_bucket(copy, tallies, ending.bucket);
  for (const TallyTotals& row : ending.totals) rows.add(row);
  add_survivors(copy, rows, ending.survivors);
  copy.execute("COMMIT");
}

}  // namespace heaptally
