// heaptally compare: records two commands, or takes two recordings, and shows them side by side.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/page_options.h"
#include "cli/plot_options.h"
#include "cli/question.h"
#include "cli/record_both.h"
#include "core/base/error.h"
#include "core/profile/heap_timeline.h"
#include "core/report/comparison_report.h"

namespace heaptally {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCompareExamples =
    R"(The commands are recorded one after the other, A first; what they print goes where it always
does. A number's factor is how B compares to A: "2.4 x less". CPU time and wall time are those of
the recorded runs, and so include what recording cost. Both timelines share their axes; A is the
filled area, B the line. Rows are the same if they read the same: the same line of the same file.

Filters hold for all but times and RSS; the peak is then what they keep of the run's peak, and the
timeline is as that of heaptally timeline with filters.

When a command fails that is shown, and heaptally exits with its status, the first one's if both do.

Examples:
  heaptally compare -- ./eager 1000000 -- ./lazy 1000000
  heaptally compare --keep-a old.heaptally -- ./old -- ./new
  heaptally compare --metric total --sort count -- ./old -- ./new
  heaptally compare -- sh -c './old -v >/dev/null' -- sh -c './new -v >/dev/null'
  heaptally compare -o page.html --open -- ./eager -- ./lazy
  heaptally compare --runs 5 -- ./old -- ./new         where their times are close
  heaptally compare OLD.heaptally NEW.heaptally)";

// The command line as given.
struct CompareOptions {
  std::string file_a, file_b;  // both, or the two commands
  std::vector<std::vector<std::string>> commands;
  std::string keep_a, keep_b;
  std::string runs = "1";
  std::string metric = "live";
  std::optional<std::string> at;
  bool without_timeline = false;
  PlotOptions plot;
  PageOptions page;
  RowOptions rows;
  FilterOptions filters;
};

std::size_t parse_runs(const CompareOptions& options) {
  const std::string& text = options.runs;
  std::size_t runs = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), runs);
  if (problem != std::errc() || end != text.data() + text.size() || runs < 1 || runs > 1000) {
    throw Error("--runs " + text, "is no number of runs", "give 1 to 1000", ExitCode::kUsage);
  }
  if (runs > 1 && options.commands.empty()) {
    throw Error("--runs", "is of commands", "give two, or leave it out", ExitCode::kUsage);
  }
  return runs;
}

void require_new(const std::string& file, const CompareOptions& options) {
  std::error_code problem;
  if (file.empty() || options.page.overwrite || !fs::exists(file, problem)) return;
  throw Error(file, "exists", "give another name, or --force", ExitCode::kUsage);
}

void require_two(const CompareOptions& options) {
  const auto refuse = [](const char* problem, const char* remedy) {
    throw Error("compare", problem, remedy, ExitCode::kUsage);
  };
  const bool keeps = !options.keep_a.empty() || !options.keep_b.empty();
  if (options.file_a.empty() && options.commands.empty()) {
    refuse("what to compare is missing",
           "give two commands, -- CMD_A ... -- CMD_B ..., or two recordings");
  }
  if (!options.file_a.empty() && !options.commands.empty()) {
    refuse("recordings and commands were given", "give two of either");
  }
  if (options.commands.empty()) {
    if (options.file_b.empty()) {
      refuse("the second recording is missing",
             "give two, or two commands: -- CMD_A ... -- CMD_B ...");
    }
    if (keeps) refuse("--keep-a and --keep-b keep what commands recorded", "leave them out");
    return;
  }
  if (options.commands.size() > 2) {
    refuse("there are more than two commands between the --",
           "if one has a -- of its own, write sh -c 'CMD -- ...'");
  }
  const auto is_empty = [](const auto& command) { return command.empty(); };
  if (options.commands.size() != 2 || std::ranges::any_of(options.commands, is_empty)) {
    refuse("a command is missing", "give two: -- CMD_A ... -- CMD_B ...");
  }
  if (!options.keep_a.empty() && options.keep_a == options.keep_b) {
    refuse("--keep-a and --keep-b name one file", "give two names");
  }
  require_new(options.keep_a, options);
  require_new(options.keep_b, options);
}

// The page goes to a file, for the text is on standard output.
void require_page(const PageOptions& page) {
  if (page.output.empty()) {
    for (const auto& [is_given, option] :
         {std::pair(page.open, "--open"), std::pair(!page.source_root.empty(), "--source-root"),
          std::pair(page.without_sources, "--no-sources")}) {
      if (is_given) throw Error(option, "is of a page", "name one with -o", ExitCode::kUsage);
    }
    return;
  }
  if (page.output == "-") {
    throw Error("--output -", "the text is on standard output", "name a file", ExitCode::kUsage);
  }
  // Whether it can be written; a pipe is opened once.
  std::error_code problem;
  if (fs::exists(page.output, problem) && !fs::is_regular_file(page.output, problem)) return;
  const OutputFile trial(page.output, page.overwrite);
}

void write_page(const CompareOptions& options, OpenRecording& a, OpenRecording& b,
                const Query& query, Metric metric) {
  if (options.page.output.empty()) return;
  write_page(options.page,
             {.recordings = {{a.profile(), a.timeline()}, {b.profile(), b.timeline()}},
              .names = {"A", "B"},
              .query = query,
              .metric = metric,
              .unit = query.sort});
}

HeapTimeline whole_timeline(OpenRecording& recording, const Query& query) {
  return heap_timeline(recording.profile(), recording.timeline(), query, Nanoseconds(0),
                       run_time(recording.data()));
}

// Everything that can be wrong with the command line is found before anything is recorded.
int run_compare(const CompareOptions& options) {
  require_two(options);
  require_page(options.page);
  const Metric metric = parse_metric(options.metric);
  const Moment moment = parse_moment(options.at.value_or(metric == Metric::kLive ? "peak" : "end"));
  const Format format = parse_format(options.rows.format);
  const Query query = query_of(options.rows, options.filters);
  const std::size_t runs = parse_runs(options);
  const std::size_t width = options.plot.characters(), height = options.plot.lines(10);

  std::optional<TemporaryFolder> folder;
  RecordedBoth recorded{.files = {options.file_a, options.file_b}, .status = 0, .spread = {}};
  if (!options.commands.empty()) {
    folder.emplace();
    recorded = record_both(
        {{"A", options.commands[0], options.keep_a}, {"B", options.commands[1], options.keep_b}},
        runs, *folder, options.page.overwrite);
    if (recorded.files.empty()) return recorded.status;
  }
  OpenRecording a(recorded.files[0], options.filters, /*of_several=*/true);
  OpenRecording b(recorded.files[1], options.filters, /*of_several=*/true);
  require_places({&a, &b}, options.filters);
  const Snapshot before = a.snapshot(metric, moment), after = b.snapshot(metric, moment);
  const Side old_side = {a.profile(), before}, new_side = {b.profile(), after};
  const StatisticDifferences rows = compare(old_side, new_side, query);
  const DifferenceReport lines = {.before = old_side,
                                  .after = new_side,
                                  .query = query,
                                  .differences = rows,
                                  .raw = options.filters.raw};
  const std::vector<ComparedFact> facts = compare_facts(a.profile(), b.profile(), query);
  ComparisonReport report{.lines = lines, .facts = facts, .spread = recorded.spread};
  HeapTimeline timeline_a, timeline_b;
  if (!options.without_timeline && format != Format::kCsv) {
    timeline_a = whole_timeline(a, query);
    timeline_b = whole_timeline(b, query);
    report.timelines.emplace(ComparedTimelines{.a = timeline_a,
                                               .b = timeline_b,
                                               .dots = options.plot.dots(),
                                               .width = width,
                                               .height = height,
                                               .style = output_style()});
  }
  answer(report, format);
  write_page(options, a, b, query, metric);
  return recorded.status;
}

}  // namespace

std::vector<std::vector<std::string>> take_commands(std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() != "compare") return {};
  const auto own_end = std::find(arguments.begin(), arguments.end(), "--");
  std::vector<std::vector<std::string>> commands;
  for (auto word = own_end; word != arguments.end(); ++word) {
    if (*word == "--") {
      commands.emplace_back();
    } else {
      commands.back().push_back(*word);
    }
  }
  arguments.erase(own_end, arguments.end());
  return commands;
}

void add_compare_command(CLI::App& app, int& status,
                         std::vector<std::vector<std::string>> commands) {
  CLI::App* command =
      app.add_subcommand("compare", "Record two commands and show them side by side");
  const auto options = std::make_shared<CompareOptions>();
  command->add_option("FILE_A", options->file_a,
                      "A recording, instead of -- CMD_A ... -- CMD_B ...");
  command->add_option("FILE_B", options->file_b, "The recording to compare it with");
  command->add_option("--keep-a", options->keep_a, "Keep what A recorded in this file")
      ->type_name("FILE");
  command->add_option("--keep-b", options->keep_b, "Keep what B recorded in this file")
      ->type_name("FILE");
  command
      ->add_option("--runs", options->runs,
                   "Record each so many times, in turn, and show those of median wall time (1)")
      ->type_name("N");
  command
      ->add_option("-o,--output", options->page.output,
                   "Also write a page for browsers, as heaptally report does of two recordings")
      ->type_name("PAGE");
  command->add_flag("-f,--force", options->page.overwrite, "Replace these files if they exist");
  options->page.add_to(*command);
  command->add_flag("--no-timeline", options->without_timeline,
                    "Leave out what was live over time");
  command->add_flag("--blocks", options->plot.blocks,
                    "Draw the plot with blocks instead of braille");
  command
      ->add_option("--width", options->plot.width, "Characters of a line (the terminal's, or 80)")
      ->type_name("N");
  command->add_option("--height", options->plot.height, "Lines of the plot (10)")->type_name("N");
  command->add_option("--metric", options->metric, "live, total or temporary (live)")
      ->type_name("METRIC");
  command
      ->add_option("--at", options->at,
                   "The moment of both, as for stats (peak; end for total and temporary)")
      ->type_name("MOMENT");
  options->rows.add_to(*command);
  options->filters.add_to(*command);
  command->footer(kCompareExamples);
  command->callback([options, commands = std::move(commands), &status] {
    options->commands = commands;
    status = run_compare(*options);
  });
}

}  // namespace heaptally
