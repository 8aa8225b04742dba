#include "core/recording/schema.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>

namespace heaptally {

namespace {

constexpr SchemaItem kTables[] = {
    {"header", "CREATE TABLE header(key TEXT PRIMARY KEY NOT NULL, value) WITHOUT ROWID"},
    {"arguments", "CREATE TABLE arguments(id INTEGER PRIMARY KEY, text TEXT NOT NULL)"},
    {"processes",
     "CREATE TABLE processes(id INTEGER PRIMARY KEY, pid INTEGER NOT NULL,"
     " parent_pid INTEGER NOT NULL, origin INTEGER NOT NULL, previous INTEGER,"
     " command TEXT NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,"
     " exit_status INTEGER, processes INTEGER NOT NULL, not_recorded TEXT NOT NULL,"
     " total_bytes INTEGER NOT NULL, total_count INTEGER NOT NULL,"
     " live_at_end_bytes INTEGER NOT NULL, live_at_end_count INTEGER NOT NULL,"
     " peak_bytes INTEGER NOT NULL, peak_count INTEGER NOT NULL,"
     " peak_time_ns INTEGER NOT NULL)"},
    {"tasks",
     "CREATE TABLE tasks(id INTEGER PRIMARY KEY, process INTEGER NOT NULL,"
     " tid INTEGER NOT NULL, name TEXT NOT NULL, threads INTEGER NOT NULL,"
     " domain INTEGER NOT NULL, heap_task INTEGER)"},
    {"modules",
     "CREATE TABLE modules(id INTEGER PRIMARY KEY, path TEXT NOT NULL,"
     " build_id TEXT NOT NULL, debug TEXT NOT NULL)"},
    {"frames",
     "CREATE TABLE frames(id INTEGER PRIMARY KEY, module INTEGER NOT NULL,"
     " address INTEGER NOT NULL, kind INTEGER NOT NULL)"},
    {"strings", "CREATE TABLE strings(id INTEGER PRIMARY KEY, text TEXT NOT NULL)"},
    {"locations",
     "CREATE TABLE locations(frame INTEGER NOT NULL, depth INTEGER NOT NULL,"
     " function INTEGER NOT NULL, file INTEGER NOT NULL, line INTEGER NOT NULL,"
     " column INTEGER NOT NULL, symbol_offset INTEGER NOT NULL,"
     " PRIMARY KEY(frame, depth)) WITHOUT ROWID"},
    {"traces",
     "CREATE TABLE traces(id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, frame INTEGER)"},
    {"tallies",
     "CREATE TABLE tallies(id INTEGER PRIMARY KEY, trace INTEGER NOT NULL,"
     " task INTEGER NOT NULL, size_class INTEGER NOT NULL)"},
    {"totals",
     "CREATE TABLE totals(tally INTEGER PRIMARY KEY,"
     " total_bytes INTEGER NOT NULL, total_count INTEGER NOT NULL,"
     " temporary_bytes INTEGER NOT NULL, temporary_count INTEGER NOT NULL,"
     " live_at_end_bytes INTEGER NOT NULL, live_at_end_count INTEGER NOT NULL,"
     " live_at_peak_bytes INTEGER NOT NULL, live_at_peak_count INTEGER NOT NULL,"
     " live_at_process_peak_bytes INTEGER NOT NULL, live_at_process_peak_count INTEGER NOT NULL,"
     " lifetimes BLOB)"},
    {"timeline",
     "CREATE TABLE timeline(start_ns INTEGER PRIMARY KEY, width_ns INTEGER NOT NULL,"
     " max_live_bytes INTEGER NOT NULL, deltas BLOB NOT NULL)"},
    {"survivors", "CREATE TABLE survivors(start_ns INTEGER PRIMARY KEY, deltas BLOB NOT NULL)"},
    {"samples",
     "CREATE TABLE samples(id INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL,"
     " rss_bytes INTEGER NOT NULL, mapped_bytes INTEGER NOT NULL, cpu_ns INTEGER NOT NULL)"},
    {"marks",
     "CREATE TABLE marks(id INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL,"
     " name TEXT NOT NULL, process INTEGER NOT NULL)"},
    {"domains",
     "CREATE TABLE domains(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
     " total_bytes INTEGER NOT NULL, total_count INTEGER NOT NULL,"
     " live_at_end_bytes INTEGER NOT NULL, live_at_end_count INTEGER NOT NULL,"
     " peak_bytes INTEGER NOT NULL, peak_count INTEGER NOT NULL,"
     " peak_time_ns INTEGER NOT NULL)"},
    {"crossings",
     "CREATE TABLE crossings(id INTEGER PRIMARY KEY, since_ns INTEGER NOT NULL,"
     " born_ns INTEGER, deltas BLOB NOT NULL)"},
    {"events",
     "CREATE TABLE events(first INTEGER PRIMARY KEY, count INTEGER NOT NULL,"
     " first_block INTEGER NOT NULL, blocks INTEGER NOT NULL, start_ns INTEGER NOT NULL,"
     " end_ns INTEGER NOT NULL, data BLOB NOT NULL)"},
};

// What version 3 added.
constexpr std::string_view kNewIn3[] = {"marks", "survivors"};

// What version 4 added.
constexpr std::string_view kNewIn4[] = {"crossings", "domains", "events"};

// What version 4 changed, as it was.
constexpr SchemaItem kVersion3[] = {
    {"tasks",
     "CREATE TABLE tasks(id INTEGER PRIMARY KEY, process INTEGER NOT NULL,"
     " tid INTEGER NOT NULL, name TEXT NOT NULL, threads INTEGER NOT NULL)"},
};

// What version 2 changed, as it was.
constexpr SchemaItem kVersion1[] = {
    {"processes",
     "CREATE TABLE processes(id INTEGER PRIMARY KEY, pid INTEGER NOT NULL,"
     " parent_pid INTEGER NOT NULL, command TEXT NOT NULL, start_ns INTEGER NOT NULL,"
     " end_ns INTEGER NOT NULL, exit_status INTEGER NOT NULL)"},
    {"totals",
     "CREATE TABLE totals(tally INTEGER PRIMARY KEY,"
     " total_bytes INTEGER NOT NULL, total_count INTEGER NOT NULL,"
     " temporary_bytes INTEGER NOT NULL, temporary_count INTEGER NOT NULL,"
     " live_at_end_bytes INTEGER NOT NULL, live_at_end_count INTEGER NOT NULL,"
     " live_at_peak_bytes INTEGER NOT NULL, live_at_peak_count INTEGER NOT NULL,"
     " lifetimes BLOB)"},
};

void take_out(std::vector<SchemaItem>& tables, std::span<const std::string_view> names) {
  std::erase_if(tables, [&](const SchemaItem& table) {
    return std::ranges::find(names, std::string_view(table.name)) != names.end();
  });
}

void put_back(std::vector<SchemaItem>& tables, std::span<const SchemaItem> items) {
  for (const SchemaItem& old : items) {
    for (SchemaItem& table : tables) {
      if (std::string_view(table.name) == old.name) table = old;
    }
  }
}

}  // namespace

std::vector<SchemaItem> schema_tables(std::int64_t version) {
  std::vector<SchemaItem> tables(std::begin(kTables), std::end(kTables));
  if (version < 4) {
    take_out(tables, kNewIn4);
    put_back(tables, kVersion3);
  }
  if (version < 3) take_out(tables, kNewIn3);
  if (version < 2) put_back(tables, kVersion1);
  return tables;
}

}  // namespace heaptally
