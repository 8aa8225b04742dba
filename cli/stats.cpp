// heaptally stats: statistics like tracemalloc's, of any moment of a run.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/question.h"
#include "core/base/error.h"
#include "core/profile/statistics.h"
#include "core/recording/reader.h"
#include "core/report/statistics_report.h"

namespace heaptally {
namespace {

constexpr const char* kExamples = R"(Metrics, each a size and a count:
  live        allocated and not yet freed at the moment (by default the peak)
  total       allocated until the moment (by default the end)
  temporary   freed by the allocating thread before it allocated again, until the moment

Groups:
  lineno      FILE:LINE, or MODULE:SYMBOL+0xOFFSET without debug information
  filename    FILE:0                 module     MODULE:0
  function    FUNCTION (FILE)        traceback  the site, then all frames, oldest first
  thread      NAME (TID)             size       [SIZE, SIZE), a class of sizes
  process     COMMAND (PID), all programs that the process executed

A trace is charged to its allocation site: its most recent frame, inlined ones included, that is
not allocator machinery (operator new and the malloc family, the system's include folders, the
C and C++ runtime libraries).

Peak and end are exact. peak:PID is what one process held at its own peak. The end of a tree of
processes is that of each: its blocks just before it ended. A time is taken back to the last edge
of a time bucket, which is exact too; the heading names it. A recording with an event log (record
--log) is exact at any time.

Examples:
  heaptally stats FILE                                    who held most at the peak
  heaptally stats FILE --at end --limit 0                 all that was never freed
  heaptally stats FILE --metric temporary --sort count    who churns
  heaptally stats FILE --at 1m30s --group function        live after a minute and a half
  heaptally stats FILE --at mark:loaded                   ... when the program called it loaded
  heaptally stats FILE --metric temporary --from 40% --to 60%
  heaptally stats FILE --cumulative --filter 'src/*' --all-frames
  heaptally stats FILE --exclude '*/parser.cpp:120' --machinery '*/pool.h'
  heaptally stats FILE --thread 'worker*' --group traceback --limit 3
  heaptally stats FILE --group process                    which process held most
  heaptally stats FILE --process 'cc1*' --at end          only of these processes
  heaptally stats FILE --at peak:1234                     what process 1234 held at its peak
  heaptally stats FILE --format json --limit 0 | jq .total)";

// The command line as given.
struct Options {
  std::string file;
  std::string metric = "live";
  std::optional<std::string> at, from, to;
  RowOptions rows;
  FilterOptions filters;
};

void write(const StatisticsReport& report, Format format) {
  StandardOutput out;
  switch (format) {
    case Format::kText:
      write_text(report, out.stream());
      break;
    case Format::kJson:
      write_json(report, out.stream());
      break;
    case Format::kCsv:
      write_csv(report, out.stream());
      break;
  }
  out.finish();
}

// The moments asked for; `from` only where a stretch of time is.
struct Moments {
  std::optional<Moment> from;
  Moment until;
};

Moments parse_moments(const Options& options, Metric metric) {
  const bool is_stretch = options.from || options.to;
  if (options.at && is_stretch) {
    throw Error("--at", "cannot go with --from and --to", "give one moment, or two",
                ExitCode::kUsage);
  }
  if (is_stretch) {
    return {parse_moment(options.from.value_or("start"), "--from"),
            parse_moment(options.to.value_or("end"), "--to")};
  }
  const char* usual = metric == Metric::kLive ? "peak" : "end";
  return {std::nullopt, parse_moment(options.at.value_or(usual))};
}

// Everything that can be wrong with the command line is found before the file is opened.
void run(const Options& options) {
  const Metric metric = parse_metric(options.metric);
  const Moments moments = parse_moments(options, metric);
  const Format format = parse_format(options.rows.format);
  const Query query = query_of(options.rows, options.filters);
  OpenRecording recording(options.file, options.filters.site_rules());
  const Snapshot snapshot =
      moments.from ? take_snapshot_between(recording.data(), recording.timeline(), metric,
                                           *moments.from, moments.until, recording.events())
                   : recording.snapshot(metric, moments.until);
  const Statistics rows = statistics(recording.profile(), snapshot, query);
  write({.profile = recording.profile(),
         .snapshot = snapshot,
         .query = query,
         .statistics = rows,
         .raw = options.filters.raw},
        format);
}

void add_options(CLI::App& command, Options& options) {
  command.add_option("FILE", options.file, "The recording")->required();
  command.add_option("--metric", options.metric, "live, total or temporary (live)")
      ->type_name("METRIC");
  command
      .add_option("--at", options.at,
                  "peak, peak:PID, start, end, mark:NAME, a share of the run (40%) or a time since "
                  "the start: 1.5, 250ms, 1m30s (peak; end for total and temporary)")
      ->type_name("MOMENT");
  command
      .add_option("--from", options.from,
                  "Only what was allocated after this moment; for total and temporary (start)")
      ->type_name("MOMENT");
  command.add_option("--to", options.to, "... and before this one (end)")->type_name("MOMENT");
  options.rows.add_to(command);
  options.filters.add_to(command);
}

}  // namespace

void add_stats_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("stats", "Show which lines hold, leak or churn how much memory");
  const auto options = std::make_shared<Options>();
  add_options(*command, *options);
  command->footer(kExamples);
  command->callback([options, &status] {
    run(*options);
    status = 0;
  });
}

}  // namespace heaptally
