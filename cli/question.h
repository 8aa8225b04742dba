// What the commands that answer with rows have in common on the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/profile/mark_leaks.h"
#include "core/profile/tree.h"
#include "core/recording/reader.h"
#include "core/report/statistics_report.h"

namespace heaptally {

// The recordings of commands that show one, or what changed from one to another; as given.
struct FileOptions {
  std::string file;
  std::optional<std::string> other;

  void add_to(CLI::App& command);

  // In order of age.
  std::vector<std::string> files() const;
};

// Which traces count, and where they are charged; as given.
struct FilterOptions {
  bool raw = false;
  bool all_frames = false;
  std::vector<std::string> machinery;
  std::vector<std::string> filters;
  std::vector<std::string> excludes;
  std::vector<std::string> through;
  std::vector<std::string> without;
  std::vector<std::string> threads;
  std::vector<std::string> processes;
  std::vector<std::string> domains;

  void add_to(CLI::App& command);

  // Errors, here and below: Error of usage.
  SiteRules site_rules() const;
  // Leaves the rest of the query as it is.
  void apply_to(Query& query) const;
};

// Which calls take no node of a tree of their own; as given.
struct ShapeOptions {
  std::vector<std::string> merged;
  bool collapse_recursion = false;

  void add_to(CLI::App& command);

  // Leaves the rest of the shape as it is.
  void apply_to(TreeShape& shape) const;
};

// The moments asked for; `from` only where a stretch of time is.
struct AskedMoments {
  std::optional<Moment> from;
  Moment until;
};

// When a snapshot is taken, or between which moments; as given.
struct MomentOptions {
  std::optional<std::string> at, from, to;

  void add_to(CLI::App& command);

  // What is not given is what is usual of the metric.
  AskedMoments moments(Metric metric) const;
};

// How rows are made, ordered and written; as given.
struct RowOptions {
  std::string group = "lineno";
  std::string sort = "size";
  std::string limit = "10";
  std::string format = "text";
  bool cumulative = false;

  void add_to(CLI::App& command);

  void apply_to(Query& query) const;
};

// A query of both, checked.
Query query_of(const RowOptions& rows, const FilterOptions& filters);

// Reads a number of rows, 0 for all. Errors: Error of usage that names `option`.
std::size_t parse_limit(const std::string& text, const std::string& option = "--limit");

class OpenRecording;

// Errors: Error of usage if one of the places that traces must pass is none of the recordings, or
// one of those to be merged.
void require_places(const std::vector<const OpenRecording*>& recordings,
                    const FilterOptions& filters, const ShapeOptions& shape = {});

// Says in a line on standard error, if a recording is not whole, what is missing and how far it
// got: for commands whose answer goes elsewhere. `file`: as the user named it.
void tell_what_is_missing(const std::string& file, const RecordingData& data);

// Purpose: a recording that a command asks.
class OpenRecording {
 public:
  // Of the filters the rules for sites and the domains matter here. Errors: Error of usage if one
  // of the filters' places is none of the recording. `of_several`: another may have it;
  // require_places is then left to the command.
  OpenRecording(const std::string& file, const FilterOptions& filters, bool of_several = false);

  const RecordingData& data() const { return reader_.data(); }
  const Profile& profile() const { return profile_; }
  BucketSource timeline() { return timeline_of(reader_); }
  CrossingSource crossings() {
    return [this](const CrossingVisitor& visit) { reader_.for_each_crossing(visit); };
  }
  // Null if the recording has no event log.
  EventSource log();
  // The same for what can be answered with it: the log is of the heap alone.
  EventSource events() { return is_of_heap_ ? log() : EventSource(); }
  Snapshot snapshot(Metric metric, const Moment& moment) {
    return take_snapshot(data(), timeline(), metric, moment, events());
  }
  Snapshot snapshot(Metric metric, const AskedMoments& moments) {
    return moments.from ? take_snapshot_between(data(), timeline(), metric, *moments.from,
                                                moments.until, events())
                        : snapshot(metric, moments.until);
  }

 private:
  RecordingReader reader_;
  Profile profile_;
  bool is_of_heap_;  // what is asked
};

}  // namespace heaptally
