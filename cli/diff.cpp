// heaptally diff: what changed between two moments of a run, or between two runs.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "core/base/error.h"
#include "core/report/difference_report.h"

namespace heaptally {
namespace {

constexpr const char* kDiffExamples =
    R"(A row is what a line amounts to in the newer snapshot, and by how much that changed:
  src/cache.cpp:41: size=12.4 MiB (+8.1 MiB), count=5210 (+3400), average=2499 B
Rows are in the order of the size of the change. What is gone has size 0; what did not change is
listed last. Live amounts between two moments are net growth: a block that was freed and another
that was allocated in the same line cancel out.

Of two recordings rows are the same if they read the same: the same line of the same file.
Threads are told by their names, and processes by their programs' names.

Examples:
  heaptally diff FILE --from 1s --to end        what a run holds more than after a second
  heaptally diff FILE --from mark:a --to mark:b what happened between two marks
  heaptally diff FILE --from 40% --to peak --group traceback --limit 3
  heaptally diff OLD NEW                        the peaks of two runs
  heaptally diff OLD NEW --at end               ... what they leaked
  heaptally diff OLD NEW --metric total --sort count --filter 'src/*')";

// The command line as given.
struct DiffOptions {
  std::vector<std::string> files;
  std::string metric = "live";
  std::optional<std::string> at, from, to;
  RowOptions rows;
  FilterOptions filters;
};

struct Moments {
  Moment before, after;
};

// Of one recording two moments are compared, of two recordings the same moment of either, unless
// --from and --to say otherwise.
Moments parse_moments(const DiffOptions& options, Metric metric) {
  const bool is_one = options.files.size() == 1;
  if (is_one && options.at) {
    throw Error("--at", "is one moment", "give --from and --to, or another recording",
                ExitCode::kUsage);
  }
  if (options.at && (options.from || options.to)) {
    throw Error("--at", "cannot go with --from and --to",
                "--from is a moment of OLD, --to one of NEW", ExitCode::kUsage);
  }
  const std::string usual = metric == Metric::kLive ? "peak" : "end";
  const std::string both = options.at.value_or(usual);
  const char* option = options.at ? "--at" : nullptr;
  return {parse_moment(options.from.value_or(is_one ? "start" : both), option ? option : "--from"),
          parse_moment(options.to.value_or(is_one ? "end" : both), option ? option : "--to")};
}

// Everything that can be wrong with the command line is found before a file is opened.
void run_diff(const DiffOptions& options) {
  const Metric metric = parse_metric(options.metric);
  const Moments moments = parse_moments(options, metric);
  const Format format = parse_format(options.rows.format);
  const Query query = query_of(options.rows, options.filters);

  OpenRecording older(options.files.front(), options.filters, /*of_several=*/true);
  std::optional<OpenRecording> other;
  if (options.files.size() == 2) {
    other.emplace(options.files.back(), options.filters, /*of_several=*/true);
  }
  OpenRecording& newer = other ? *other : older;
  require_places({&older, &newer}, options.filters);
  const Snapshot before = older.snapshot(metric, moments.before);
  const Snapshot after = newer.snapshot(metric, moments.after);
  const Side old_side = {older.profile(), before};
  const Side new_side = {newer.profile(), after};
  const StatisticDifferences rows = compare(old_side, new_side, query);
  answer(DifferenceReport{.before = old_side,
                          .after = new_side,
                          .query = query,
                          .differences = rows,
                          .raw = options.filters.raw},
         format);
}

}  // namespace

void add_diff_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("diff", "Show what changed between two moments, or two recordings");
  const auto options = std::make_shared<DiffOptions>();
  command->add_option("FILE", options->files, "A recording, or an older and a newer one")
      ->required()
      ->expected(1, 2);
  command->add_option("--metric", options->metric, "live, total or temporary (live)")
      ->type_name("METRIC");
  command
      ->add_option(
          "--at", options->at,
          "The moment of both recordings, as for stats (peak; end for total and temporary)")
      ->type_name("MOMENT");
  command->add_option("--from", options->from, "The older moment (start; of OLD as --at)")
      ->type_name("MOMENT");
  command->add_option("--to", options->to, "The newer moment (end; of NEW as --at)")
      ->type_name("MOMENT");
  options->rows.add_to(*command);
  options->filters.add_to(*command);
  command->footer(kDiffExamples);
  command->callback([options, &status] {
    run_diff(*options);
    status = 0;
  });
}

}  // namespace heaptally
