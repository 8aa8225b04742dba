// heaptally stats: statistics like tracemalloc's, of any moment of a run.
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/output.h"
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
of a time bucket, which is exact too; the heading names it.

Examples:
  heaptally stats FILE                                    who held most at the peak
  heaptally stats FILE --at end --limit 0                 all that was never freed
  heaptally stats FILE --metric temporary --sort count    who churns
  heaptally stats FILE --at 1m30s --group function        live after a minute and a half
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
  std::string group = "lineno";
  std::string metric = "live";
  std::optional<std::string> at;
  std::string sort = "size";
  std::string limit = "10";
  std::string format = "text";
  bool cumulative = false;
  bool raw = false;
  bool all_frames = false;
  std::vector<std::string> machinery;
  std::vector<std::string> filters;
  std::vector<std::string> excludes;
  std::vector<std::string> threads;
  std::vector<std::string> processes;
};

std::size_t parse_limit(const std::string& text) {
  std::size_t limit = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw Error("--limit " + text, "is no number of rows", "give 0 for all, or 1 and up",
                ExitCode::kUsage);
  }
  return limit;
}

Query parse_query(const Options& options) {
  Query query{.group = parse_group(options.group),
              .sort = parse_sort(options.sort),
              .cumulative = options.cumulative,
              .filters = {},
              .threads = options.threads,
              .processes = options.processes,
              .limit = parse_limit(options.limit)};
  check(query);
  for (const std::string& text : options.filters) {
    query.filters.push_back(parse_filter(text, true, options.all_frames));
  }
  for (const std::string& text : options.excludes) {
    query.filters.push_back(parse_filter(text, false, options.all_frames));
  }
  return query;
}

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

// Everything that can be wrong with the command line is found before the file is opened.
void run(const Options& options) {
  const Metric metric = parse_metric(options.metric);
  const std::string_view usual_moment = metric == Metric::kLive ? "peak" : "end";
  const Moment moment = parse_moment(options.at ? *options.at : usual_moment);
  const Format format = parse_format(options.format);
  const Query query = parse_query(options);
  SiteRules rules{.raw = options.raw, .machinery = {}};
  for (const std::string& text : options.machinery) rules.machinery.emplace_back(text);

  RecordingReader reader(options.file);
  const BucketSource timeline = [&](const BucketVisitor& visit) { reader.for_each_bucket(visit); };
  const Profile profile(reader.data(), rules);
  const Snapshot snapshot = take_snapshot(reader.data(), timeline, metric, moment);
  const Statistics rows = statistics(profile, snapshot, query);
  write({.profile = profile,
         .snapshot = snapshot,
         .query = query,
         .statistics = rows,
         .raw = options.raw},
        format);
}

void add_options(CLI::App& command, Options& options) {
  // A pattern must not swallow the options and the file that follow it.
  const auto repeatable = [&](const char* name, std::vector<std::string>& values,
                              const char* help) {
    return command.add_option(name, values, help)->allow_extra_args(false);
  };
  command.add_option("FILE", options.file, "The recording")->required();
  command.add_option("--group", options.group, "What a row stands for (lineno)")
      ->type_name("GROUP");
  command.add_option("--metric", options.metric, "live, total or temporary (live)")
      ->type_name("METRIC");
  command
      .add_option("--at", options.at,
                  "peak, peak:PID, end or a time since the start: 1.5, 250ms, 1m30s (peak; end for "
                  "total and "
                  "temporary)")
      ->type_name("MOMENT");
  command.add_option("--sort", options.sort, "size or count, descending (size)")->type_name("KEY");
  command.add_option("--limit", options.limit, "How many rows, 0 for all (10)")->type_name("N");
  command.add_option("--format", options.format, "text, json or csv (text)")->type_name("FORMAT");
  command.add_flag("--cumulative", options.cumulative,
                   "Count a trace for every line among its frames, once each; for lineno, "
                   "filename, function and module");
  command.add_flag("--raw", options.raw, "Charge the most recent frame, machinery or not");
  repeatable("--machinery", options.machinery,
             "Also take as machinery what matches by file, module or function")
      ->type_name("PATTERN");
  repeatable("--filter", options.filters, "Only traces whose site matches; any of several")
      ->type_name("PATTERN[:LINE]");
  repeatable("--exclude", options.excludes, "No traces whose site matches")
      ->type_name("PATTERN[:LINE]");
  command.add_flag("--all-frames", options.all_frames,
                   "Match filters with any frame instead of the site");
  repeatable("--thread", options.threads, "Only threads of this id or name; any of several")
      ->type_name("TID|PATTERN");
  repeatable("--process", options.processes,
             "Only processes of this PID, command or program name; any of several")
      ->type_name("PID|PATTERN");
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
