// heaptally stats: statistics like tracemalloc's, of any moment of a run.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "core/base/error.h"
#include "core/profile/domains.h"
#include "core/profile/statistics.h"
#include "core/recording/reader.h"
#include "core/report/statistics_report.h"

namespace heaptally {
namespace {

constexpr const char* kStatsExamples = R"(Metrics, each a size and a count:
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

Domains tell where memory comes from: heap is the C allocator, mmap what the program maps by itself
(mmap, mremap, brk, sbrk), allocator what its allocator maps; others are pools that the program
names. Blocks of a pool, and of an allocator, lie in memory that counts elsewhere, too. The peak is
the heap's; peak-of:NAME is what a domain held at its own.

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
  heaptally stats FILE --domain mmap --at end             what was mapped and never unmapped
  heaptally stats FILE --at peak-of:pool                  what a pool held at its own peak
  heaptally stats FILE --format json --limit 0 | jq .total)";

// The command line as given.
struct StatsOptions {
  std::string file;
  std::string metric = "live";
  MomentOptions when;
  RowOptions rows;
  FilterOptions filters;
};

// Everything that can be wrong with the command line is found before the file is opened.
void run_stats(const StatsOptions& options) {
  const Metric metric = parse_metric(options.metric);
  const AskedMoments moments = options.when.moments(metric);
  const Format format = parse_format(options.rows.format);
  Query query = query_of(options.rows, options.filters);
  ask_of_its_domain(moments.until, query);
  OpenRecording recording(options.file, options.filters);
  const Snapshot snapshot = recording.snapshot(metric, moments);
  const Statistics rows = statistics(recording.profile(), snapshot, query);
  answer(StatisticsReport{.profile = recording.profile(),
                          .snapshot = snapshot,
                          .query = query,
                          .statistics = rows,
                          .raw = options.filters.raw},
         format);
}

void add_options(CLI::App& command, StatsOptions& options) {
  command.add_option("FILE", options.file, "The recording")->required();
  command.add_option("--metric", options.metric, "live, total or temporary (live)")
      ->type_name("METRIC");
  options.when.add_to(command);
  options.rows.add_to(command);
  options.filters.add_to(command);
}

}  // namespace

void add_stats_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("stats", "Show which lines hold, leak or churn how much memory");
  const auto options = std::make_shared<StatsOptions>();
  add_options(*command, *options);
  command->footer(kStatsExamples);
  command->callback([options, &status] {
    run_stats(*options);
    status = 0;
  });
}

}  // namespace heaptally
