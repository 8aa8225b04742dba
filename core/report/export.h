// Exports: a recording in the formats of other tools.
#pragma once

#include <iosfwd>
#include <string_view>

#include "core/profile/statistics.h"

namespace heaptally {

enum class ExportFormat { kPprof, kSpeedscope, kFolded, kMassif, kJson, kCsv };

// Reads "pprof", "speedscope", "folded", "massif", "json" or "csv". Errors: Error of usage.
ExportFormat parse_export_format(std::string_view text);

// What is exported. Everything in it must outlive it.
struct ExportRequest {
  const Profile& profile;
  const BucketSource& buckets;
  const Query& query;    // of it the filters count
  const Snapshot& live;  // of live blocks, at the moment asked for
};

// pprof: a gzip'd profile.proto as Go's heap profiles are: alloc_objects, alloc_space,
// inuse_objects, inuse_space; in use at the moment of `live`. Inlined calls, files, lines and
// build-ids are there.
void write_pprof(const ExportRequest& request, std::ostream& out);

// speedscope: a JSON file of three profiles: live at the moment, allocated, temporary; in bytes.
void write_speedscope(const ExportRequest& request, std::ostream& out);

// massif: what valgrind's massif writes, for ms_print and massif-visualizer: up to 100 snapshots of
// live bytes over time, the peak among them; trees for the peak and the end.
void write_massif(const ExportRequest& request, std::ostream& out);

// json and csv: each trace that allocated, with its frames and what it comes to: "live" at the
// moment, "peak", "end", "total", "temporary".
void write_traces_json(const ExportRequest& request, std::ostream& out);
void write_traces_csv(const ExportRequest& request, std::ostream& out);

}  // namespace heaptally
