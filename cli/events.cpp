// heaptally events: single allocations, of a recording with an event log.
#include <memory>
#include <optional>
#include <string>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "core/base/error.h"
#include "core/profile/events.h"
#include "core/report/events_report.h"

namespace heaptally {
namespace {

constexpr const char* kEventsExamples =
    R"(A row is an allocation: when (seconds since the start, as --from and --at take it), its
address and size, how long it lived, and who allocated it where. What nobody freed until its
process ended was "never freed". A realloc frees one block and allocates another.

The recording must have been made with heaptally record --log. With such a log --at, --from and --to
of stats, diff, temporary, tree, sizes and annotate are exact at any moment, too. What is asked for
is looked up in three passes over the log, some seconds for ten million allocations.

Examples:
  heaptally events FILE                                  the first allocations
  heaptally events FILE --leaked --sort size             what was never freed, the largest first
  heaptally events FILE --live-at peak --min-size 1MiB   the large blocks at the peak
  heaptally events FILE --live-at 1.25 --filter 'src/*'
  heaptally events FILE --from mark:request --to mark:reply --thread 'worker*'
  heaptally events FILE --max-lifetime 1us --limit 100   blocks that were freed at once
  heaptally events FILE --address 0x55d0c0a12340         who ever had this address
  heaptally events FILE --leaked --traceback --limit 3   with the stack of each
  heaptally events FILE --format csv --limit 0 > all.csv)";

// The command line as given.
struct EventsOptions {
  std::string file;
  std::string sort = "time";
  std::string limit = "20";
  std::string format = "text";
  std::optional<std::string> from, to, live_at;
  std::optional<std::string> min_size, max_size, min_lifetime, max_lifetime;
  std::optional<std::string> address, trace;
  bool leaked = false;
  bool traceback = false;
  FilterOptions filters;
};

EventQuery query_of(const EventsOptions& options) {
  EventQuery query;
  query.order = parse_event_order(options.sort);
  query.query.limit = parse_limit(options.limit);
  options.filters.apply_to(query.query);
  if (options.from) query.from = parse_moment(*options.from, "--from");
  if (options.to) query.to = parse_moment(*options.to, "--to");
  if (options.live_at) query.live_at = parse_moment(*options.live_at, "--live-at");
  if (options.min_size) query.min_size = parse_size(*options.min_size, "--min-size");
  if (options.max_size) query.max_size = parse_size(*options.max_size, "--max-size");
  if (options.min_lifetime) {
    query.min_lifetime = parse_duration(*options.min_lifetime, "--min-lifetime");
  }
  if (options.max_lifetime) {
    query.max_lifetime = parse_duration(*options.max_lifetime, "--max-lifetime");
  }
  if (options.address) query.address = parse_address(*options.address, "--address");
  if (options.trace) query.trace = parse_trace(*options.trace, "--trace");
  query.leaked = options.leaked;
  return query;
}

void run_events(const EventsOptions& options) {
  const Format format = parse_format(options.format);
  const EventQuery query = query_of(options);
  OpenRecording recording(options.file, options.filters);
  if (!recording.data().header.has_log) {
    throw Error(options.file, "has no event log", "make one with heaptally record --log");
  }
  const Events events(recording.profile(), recording.log(), query);
  answer(EventsReport{.profile = recording.profile(),
                      .query = query,
                      .events = events,
                      .raw = options.filters.raw,
                      .traceback = options.traceback,
                      .style = output_style()},
         format);
}

void add_moments(CLI::App& command, EventsOptions& options) {
  command
      .add_option("--from", options.from,
                  "Only what was allocated from this moment on: start, peak, mark:NAME, 40%, 1.5, "
                  "250ms, 1m30s (start)")
      ->type_name("MOMENT");
  command.add_option("--to", options.to, "... and before this one (end)")->type_name("MOMENT");
  command
      .add_option("--live-at", options.live_at,
                  "Only what was live at this moment; at the end: of each process")
      ->type_name("MOMENT");
}

void add_bounds(CLI::App& command, EventsOptions& options) {
  const auto add = [&](const char* name, std::optional<std::string>& value, const char* help,
                       const char* type) {
    command.add_option(name, value, help)->type_name(type);
  };
  add("--min-size", options.min_size, "Only blocks of this size or more: 4096, 100KiB", "SIZE");
  add("--max-size", options.max_size, "... of this size or less", "SIZE");
  add("--min-lifetime", options.min_lifetime,
      "Only blocks that lived this long or longer: 1.5, 250ms, 10us", "TIME");
  add("--max-lifetime", options.max_lifetime, "... this long or less, and were freed", "TIME");
  add("--address", options.address, "Only blocks that this address was in", "ADDRESS");
  add("--trace", options.trace, "Only of the trace with this id, as --format json tells it", "ID");
}

}  // namespace

void add_events_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("events", "Show single allocations, of a recording made with --log");
  const auto options = std::make_shared<EventsOptions>();
  command->add_option("FILE", options->file, "The recording")->required();
  add_moments(*command, *options);
  command->add_flag("--leaked", options->leaked, "Only what was never freed");
  add_bounds(*command, *options);
  command->add_option("--sort", options->sort, "time, size or lifetime (time)")->type_name("KEY");
  command->add_option("--limit", options->limit, "How many rows, 0 for all (20)")->type_name("N");
  command->add_option("--format", options->format, "text, json or csv (text)")->type_name("FORMAT");
  command->add_flag("--traceback", options->traceback, "Show the stack of each");
  options->filters.add_to(*command);
  command->footer(kEventsExamples);
  command->callback([options, &status] {
    run_events(*options);
    status = 0;
  });
}

}  // namespace heaptally
