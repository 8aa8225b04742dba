// heaptally flame: a flame graph of what a run holds, leaks or churns.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/question.h"
#include "core/base/error.h"
#include "core/report/flame_report.h"
#include "core/report/page.h"

namespace heaptally {
namespace {

constexpr const char* kExamples =
    R"(What -o ends in says what is written: .svg a drawing with exact numbers in tooltips, .html a page
to search and zoom in, .folded a line for each stack, for flamegraph.pl and speedscope.
With two recordings widths are the newer one's and colours tell what grew and what shrank; of
folded stacks there are both numbers, old and new.

Examples:
  heaptally flame FILE -o peak.svg                        where the peak came from
  heaptally flame FILE -o total.html --metric total       who allocates, in all
  heaptally flame FILE -o leaks.svg --at end --invert     the sites of what was never freed
  heaptally flame OLD NEW -o change.svg
  heaptally flame FILE -o - --format folded --sort count | flamegraph.pl > blocks.svg)";

enum class FlameFormat { kSvg, kHtml, kFolded };

// The command line as given.
struct Options {
  std::vector<std::string> files;
  std::string output;
  bool overwrite = false;
  std::string format;
  std::string metric = "live";
  std::optional<std::string> at, from, to;
  bool inverted = false;
  std::string group = "function";
  std::string sort = "size";
  FilterOptions filters;
};

FlameFormat parse_flame_format(const Options& options) {
  std::string name = options.format;
  if (name.empty()) {
    const std::size_t dot = options.output.rfind('.');
    name = dot == std::string::npos ? "" : options.output.substr(dot + 1);
  }
  if (name == "svg") return FlameFormat::kSvg;
  if (name == "html") return FlameFormat::kHtml;
  if (name == "folded") return FlameFormat::kFolded;
  throw Error(options.format.empty() ? "-o " + options.output : "--format " + options.format,
              "does not say what to write",
              "choose svg, html or folded, with --format or as its end", ExitCode::kUsage);
}

// Of a page the reader chooses the moment.
void check_page(const Options& options) {
  if (!options.at && !options.from && !options.to) return;
  throw Error("--at", "means nothing to a page, which has the whole run",
              "write an svg, or select the time in the page", ExitCode::kUsage);
}

Snapshot snapshot_of(OpenRecording& recording, const Options& options, Metric metric) {
  if (options.from || options.to) {
    return take_snapshot_between(recording.data(), recording.timeline(), metric,
                                 parse_moment(options.from.value_or("start"), "--from"),
                                 parse_moment(options.to.value_or("end"), "--to"));
  }
  const std::string usual = metric == Metric::kLive ? "peak" : "end";
  return recording.snapshot(metric, parse_moment(options.at.value_or(usual)));
}

// Everything that can be wrong with the command line is found before a file is opened.
void run(const Options& options) {
  const FlameFormat format = parse_flame_format(options);
  const Metric metric = parse_metric(options.metric);
  if (format == FlameFormat::kHtml) check_page(options);
  if (options.at && (options.from || options.to)) {
    throw Error("--at", "cannot go with --from and --to", "give one or the other",
                ExitCode::kUsage);
  }
  for (const auto& [moment, option] :
       {std::pair(options.at, "--at"), {options.from, "--from"}, {options.to, "--to"}}) {
    if (moment) parse_moment(*moment, option);
  }
  Query query;
  query.group = parse_group(options.group);
  query.sort = parse_sort(options.sort);
  check_tree(query);
  options.filters.apply_to(query);
  const SiteRules rules = options.filters.site_rules();
  std::vector<std::unique_ptr<OpenRecording>> recordings;
  for (const std::string& file : options.files) {
    recordings.push_back(std::make_unique<OpenRecording>(file, rules));
  }
  OutputFile output(options.output, options.overwrite);
  if (format == FlameFormat::kHtml) {
    PageRequest request{.recordings = {}, .query = query};
    for (const auto& recording : recordings) {
      request.recordings.push_back({recording->profile(), recording->timeline()});
    }
    request.metric = metric;
    request.unit = query.sort;
    request.inverted = options.inverted;
    request.flame_only = true;
    output.stream() << make_page(request);
    return output.finish();
  }
  const TreeShape shape = {.bottom_up = options.inverted, .least = {}, .depth = 0};
  std::vector<Snapshot> snapshots;
  for (const auto& recording : recordings) {
    snapshots.push_back(snapshot_of(*recording, options, metric));
  }
  std::vector<CallTree> trees;
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    trees.emplace_back(recordings[i]->profile(), snapshots[i], query, shape);
  }
  const FlameSide first = {recordings.front()->profile(), snapshots.front(), trees.front()};
  const FlameSide last = {recordings.back()->profile(), snapshots.back(), trees.back()};
  const FlameReport report = {.query = query,
                              .now = last,
                              .before = recordings.size() == 2 ? &first : nullptr,
                              .inverted = options.inverted};
  if (format == FlameFormat::kSvg) {
    write_svg(report, output.stream());
  } else {
    write_folded(report, output.stream());
  }
  output.finish();
}

void add_options(CLI::App& command, Options& options) {
  command.add_option("FILE", options.files, "A recording, or an older and a newer one")
      ->required()
      ->expected(1, 2);
  command.add_option("-o,--output", options.output, "Where to; - is standard output")
      ->type_name("FILE")
      ->required();
  command.add_flag("-f,--force", options.overwrite, "Replace the file if it exists");
  command.add_option("--format", options.format, "svg, html or folded (as the output's name ends)")
      ->type_name("FORMAT");
  command.add_option("--metric", options.metric, "live, total or temporary (live)")
      ->type_name("METRIC");
  command.add_option("--at", options.at, "As for stats (peak; end for total and temporary)")
      ->type_name("MOMENT");
  command.add_option("--from", options.from, "Only what came after this moment; not of live")
      ->type_name("MOMENT");
  command.add_option("--to", options.to, "... and before this one (end)")->type_name("MOMENT");
  command.add_flag("--invert", options.inverted, "Allocation sites first, and their callers below");
  command
      .add_option("--group", options.group,
                  "What a box is: function, lineno, filename or module (function)")
      ->type_name("GROUP");
  command.add_option("--sort", options.sort, "Widths by size or count (size)")->type_name("KEY");
  options.filters.add_to(command);
}

}  // namespace

void add_flame_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("flame", "Write a flame graph: svg, html or folded stacks");
  const auto options = std::make_shared<Options>();
  add_options(*command, *options);
  command->footer(kExamples);
  command->callback([options, &status] {
    run(*options);
    status = 0;
  });
}

}  // namespace heaptally
