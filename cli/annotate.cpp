// heaptally annotate: a source file with what each of its lines holds.
#include <charconv>
#include <memory>
#include <optional>
#include <string>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "cli/terminal.h"
#include "core/base/error.h"
#include "core/profile/domains.h"
#include "core/report/annotation_report.h"
#include "core/report/statistics_report.h"

namespace heaptally {
namespace {

constexpr const char* kAnnotateExamples = R"(The columns before each line:
  live      bytes live at the moment (by default the end)
  at peak   bytes live at the peak of the run
  total     bytes allocated until the moment
  count     ... in how many allocations
A line has what is charged to it, as for stats; with --cumulative also what the calls that it makes
allocate. On a terminal colours show where most is, in shades of one column.

SOURCE is the end of the path of a file that the recording knows: main.cpp, or src/main.cpp if
several are called that. Its text is read from where it was compiled, or below --source-root.

Examples:
  heaptally annotate FILE main.cpp
  heaptally annotate FILE src/cache.cpp --context 3          only around lines with memory
  heaptally annotate FILE cache.cpp --function Cache::load
  heaptally annotate FILE cache.cpp --at 40% --heat total
  heaptally annotate FILE cache.cpp --source-root ~/project
  heaptally annotate FILE cache.cpp --thread 'worker*' --format csv)";

// The command line as given.
struct AnnotateOptions {
  std::string file;
  std::string source;
  std::optional<std::string> function;
  std::string at = "end";
  std::optional<std::string> context;
  std::string source_root;
  std::string heat = "peak";
  std::string format = "text";
  bool cumulative = false;
  FilterOptions filters;
};

std::optional<std::size_t> parse_context(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  std::uint32_t lines = 0;
  const char* const last = text->data() + text->size();
  const auto [end, problem] = std::from_chars(text->data(), last, lines);
  if (problem == std::errc() && end == last) return lines;
  throw Error("--context " + *text, "is no number of lines", "give 0 or more", ExitCode::kUsage);
}

// Everything that can be wrong with the command line is found before the file is opened, but for
// what the recording must know.
void run_annotate(const AnnotateOptions& options) {
  const Moment moment = parse_moment(options.at);
  const std::optional<std::size_t> context = parse_context(options.context);
  const Heat heat = parse_heat(options.heat);
  const Format format = parse_format(options.format);
  Query query;
  query.cumulative = options.cumulative;
  options.filters.apply_to(query);
  ask_of_its_domain(moment, query);
  OpenRecording recording(options.file, options.filters);
  const std::string_view file = find_source(recording.profile(), options.source);
  const Snapshot live = recording.snapshot(Metric::kLive, moment);
  const Snapshot peak = recording.snapshot(Metric::kLive, Moment{});
  const Snapshot total = recording.snapshot(Metric::kTotal, moment);
  const AnnotationSnapshots snapshots = {live, peak, total};
  const Annotation annotation =
      annotate(recording.profile(), snapshots, query, file, options.function);
  answer(AnnotationReport{.profile = recording.profile(),
                          .snapshots = snapshots,
                          .query = query,
                          .annotation = annotation,
                          .path = source_on_disk(file, recording.data().header.working_directory,
                                                 options.source_root),
                          .context = context,
                          .colours = output_style().is_on(),
                          .heat = heat,
                          .width = terminal_width()},
         format);
}

void add_options(CLI::App& command, AnnotateOptions& options) {
  command.add_option("FILE", options.file, "The recording")->required();
  command.add_option("SOURCE", options.source, "A source file, or the end of its path")->required();
  command.add_option("--function", options.function, "Only the lines of this function")
      ->type_name("NAME");
  command.add_option("--at", options.at, "The moment of live and total, as for stats (end)")
      ->type_name("MOMENT");
  command
      .add_option("--context", options.context,
                  "Only lines with memory, and this many around them (all lines)")
      ->type_name("N");
  command
      .add_option("--source-root", options.source_root,
                  "The folder where the sources are, if not where they were compiled")
      ->type_name("DIR");
  command
      .add_option("--heat", options.heat, "The colours' column: live, peak, total, count (peak)")
      ->type_name("COLUMN");
  command.add_option("--format", options.format, "text, json or csv (text)")->type_name("FORMAT");
  command.add_flag("--cumulative", options.cumulative,
                   "Count a trace for every line among its frames, once each");
  options.filters.add_to(command);
}

}  // namespace

void add_annotate_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("annotate", "Show a source file with what each line holds");
  const auto options = std::make_shared<AnnotateOptions>();
  add_options(*command, *options);
  command->footer(kAnnotateExamples);
  command->callback([options, &status] {
    run_annotate(*options);
    status = 0;
  });
}

}  // namespace heaptally
