// heaptally leaks: what was allocated and never freed.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "core/profile/leaks.h"
#include "core/profile/suppressions.h"
#include "core/report/leaks_report.h"

namespace heaptally {
namespace {

constexpr const char* kLeaksExamples =
    R"(A leak is a block that its process still held just before it ended. That is exact, from the start
as from a later moment, which is taken back to the last edge of a time bucket; the heading names
it. With --to it is a block that was allocated from one mark on and not freed by another, whatever
became of it later: exact, too. Blocks that a pointer still reaches, as of a cache that is kept on purpose, are not told apart
from those that are lost: --from after the program has set itself up leaves most of them out, and
so do suppressions.

Suppressions are those of LeakSanitizer: lines leak:PATTERN, compared with the functions, files and
modules of all frames of a stack. PATTERN matches anywhere in the name; * is any text, ^ at its
start and $ at its end hold it to those of the name.

Examples:
  heaptally leaks FILE                          all that was never freed, by line
  heaptally leaks FILE --from mark:ready        ... of what was allocated from that mark on
  heaptally leaks FILE --from 50% --sort count  ... in the second half of the run
  heaptally leaks FILE --from mark:request --to mark:done   what one request left behind
  heaptally leaks FILE --group traceback --limit 3
  heaptally leaks FILE --suppressions lsan.supp --filter 'src/*')";

// The command line as given.
struct LeaksOptions {
  std::string file;
  std::optional<std::string> from, to;
  std::vector<std::string> suppressions;
  RowOptions rows;
  FilterOptions filters;
};

// Everything that can be wrong with the command line is found before the file is opened.
void run_leaks(const LeaksOptions& options) {
  LeakRange range;
  if (options.from) range.from = parse_moment(*options.from, "--from");
  if (options.to) range.to = parse_moment(*options.to, "--to");
  const Format format = parse_format(options.rows.format);
  const Query query = query_of(options.rows, options.filters);
  std::vector<std::string> patterns;
  for (const std::string& file : options.suppressions) {
    for (std::string& pattern : read_suppressions(file)) patterns.push_back(std::move(pattern));
  }
  OpenRecording recording(options.file, options.filters);
  const Leaks leaks = find_leaks(recording.data(), recording.timeline(), recording.crossings(),
                                 range, patterns, query.domains, recording.events());
  const Statistics rows = statistics(recording.profile(), leaks.snapshot, query);
  const StatisticsReport report = {.profile = recording.profile(),
                                   .snapshot = leaks.snapshot,
                                   .query = query,
                                   .statistics = rows,
                                   .raw = options.filters.raw};
  answer(LeaksReport{.rows = report, .suppressed = leaks.suppressed}, format);
}

}  // namespace

void add_leaks_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("leaks", "Show what was allocated and never freed");
  const auto options = std::make_shared<LeaksOptions>();
  command->add_option("FILE", options->file, "The recording")->required();
  command
      ->add_option("--from", options->from,
                   "Only what was allocated from this moment on: start, peak, mark:NAME, 40%, 1.5, "
                   "250ms, 1m30s (start)")
      ->type_name("MOMENT");
  command
      ->add_option("--to", options->to,
                   "Only what was not freed by this moment: mark:NAME, with --from start or "
                   "mark:NAME, or end (end)")
      ->type_name("MOMENT");
  command
      ->add_option("--suppressions", options->suppressions,
                   "Leave out what LeakSanitizer's suppressions in this file match; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false);
  options->rows.add_to(*command);
  options->filters.add_to(*command);
  command->footer(kLeaksExamples);
  command->callback([options, &status] {
    run_leaks(*options);
    status = 0;
  });
}

}  // namespace heaptally
