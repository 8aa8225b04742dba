// heaptally flame: a flame graph of what a run holds, leaks or churns.
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/question.h"
#include "core/base/error.h"
#include "core/profile/domains.h"
#include "core/report/flame_report.h"
#include "core/report/page.h"

namespace heaptally {
namespace {

constexpr const char* kFlameExamples =
    R"(What -o ends in says what is written: .svg a drawing with exact numbers in tooltips, .html a page
to search and zoom in, .folded a line for each stack, for flamegraph.pl and speedscope.
With two recordings widths are the newer one's, in a page of either, and colours tell what grew and
what shrank; of folded stacks there are both numbers, old and new.

Examples:
  heaptally flame FILE -o peak.svg                        where the peak came from
  heaptally flame FILE -o total.html --metric total       who allocates, in all
  heaptally flame FILE -o leaks.svg --at end --invert     the sites of what was never freed
  heaptally flame OLD NEW -o change.svg
  heaptally flame FILE -o parser.svg --through parse --merge 'std::*' --collapse-recursion
  heaptally flame FILE -o - --format folded --sort count | flamegraph.pl > blocks.svg)";

enum class FlameFormat { kSvg, kHtml, kFolded };

// The command line as given.
struct FlameOptions {
  FileOptions files;
  std::string output;
  bool overwrite = false;
  std::string format;
  std::string metric = "live";
  MomentOptions when;
  bool inverted = false;
  std::string group = "function";
  std::string sort = "size";
  FilterOptions filters;
  ShapeOptions shape;
};

FlameFormat parse_flame_format(const FlameOptions& options) {
  std::string name = options.format;
  if (name.empty()) {
    const std::size_t dot = options.output.rfind('.');
    name = dot == std::string::npos ? "" : options.output.substr(dot + 1);
  }
  if (name == "svg") return FlameFormat::kSvg;
  if (name == "html") return FlameFormat::kHtml;
  if (name == "folded") return FlameFormat::kFolded;
  if (options.format.empty()) {
    throw Error("-o " + options.output, "does not say what to write",
                "let it end in .svg, .html or .folded, or give --format", ExitCode::kUsage);
  }
  throw Error("--format " + options.format, "is no format of a flame graph",
              "choose svg, html or folded", ExitCode::kUsage);
}

// What is asked of the recordings.
struct Question {
  FlameFormat format;
  Metric metric;
  AskedMoments moments;
  Query query;
  TreeShape shape;
};

// Everything that can be wrong with the command line is found before a file is opened.
Question question_of(const FlameOptions& options) {
  Question question{.format = parse_flame_format(options),
                    .metric = parse_metric(options.metric),
                    .moments = {},
                    .query = {},
                    .shape = {.bottom_up = options.inverted, .least = {}}};
  question.moments = options.when.moments(question.metric);
  const bool has_moment = options.when.at || options.when.from || options.when.to;
  if (question.format == FlameFormat::kHtml && has_moment) {
    throw Error("--at, --from and --to", "mean nothing to a page, which has the whole run",
                "write an svg, or leave them out and see heaptally report for choosing the time",
                ExitCode::kUsage);
  }
  Query& query = question.query;
  query.group = parse_group(options.group);
  query.sort = parse_sort(options.sort);
  check_tree(query);
  if (question.format == FlameFormat::kHtml && query.group != Group::kFunction) {
    throw Error("--group " + options.group, "is not what a page is made of",
                "write an svg, or leave it out: in a page calls are by function and line",
                ExitCode::kUsage);
  }
  options.shape.apply_to(question.shape);
  const bool has_shape = options.shape.collapse_recursion || !options.shape.merged.empty();
  if (question.format == FlameFormat::kHtml && has_shape) {
    throw Error("--merge and --collapse-recursion", "mean nothing to a page, which has all calls",
                "write an svg, or leave them out", ExitCode::kUsage);
  }
  options.filters.apply_to(query);
  ask_of_its_domain(question.moments.until, query);
  return question;
}

using Recordings = std::vector<std::unique_ptr<OpenRecording>>;

void write_html(const Question& question, const Recordings& recordings, std::ostream& out) {
  PageRequest request{.recordings = {}, .query = question.query};
  request.recordings.reserve(recordings.size());
  for (const auto& recording : recordings) {
    request.recordings.push_back({recording->profile(), recording->timeline()});
  }
  request.metric = question.metric;
  request.unit = question.query.sort;
  request.inverted = question.shape.bottom_up;
  request.flame_only = true;
  out << make_page(request);
}

FlameReport report_of(const Question& question, const std::vector<Side>& sides) {
  if (sides.size() == 1) return make_flame(sides[0], question.query, question.shape);
  return make_flame(sides[0], sides[1], question.query, question.shape);
}

void write_drawing(const Question& question, const Recordings& recordings, std::ostream& out) {
  std::vector<Snapshot> snapshots;
  std::vector<Side> sides;
  snapshots.reserve(recordings.size());
  sides.reserve(recordings.size());
  for (const auto& recording : recordings) {
    snapshots.push_back(recording->snapshot(question.metric, question.moments));
    sides.push_back({recording->profile(), snapshots.back()});
  }
  const FlameReport report = report_of(question, sides);
  if (question.format == FlameFormat::kSvg) {
    write_svg(report, out);
  } else {
    write_folded(report, out);
  }
}

void run_flame(const FlameOptions& options) {
  const Question question = question_of(options);
  const std::vector<std::string> files = options.files.files();
  Recordings recordings;
  std::vector<const OpenRecording*> opened;
  recordings.reserve(files.size());
  opened.reserve(files.size());
  for (const std::string& file : files) {
    recordings.push_back(
        std::make_unique<OpenRecording>(file, options.filters, /*of_several=*/true));
    opened.push_back(recordings.back().get());
  }
  require_places(opened, options.filters, options.shape);
  OutputFile output(options.output, options.overwrite);
  if (question.format == FlameFormat::kHtml) {
    write_html(question, recordings, output.stream());
  } else {
    write_drawing(question, recordings, output.stream());
  }
  output.finish();
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    tell_what_is_missing(files[i], recordings[i]->data());
  }
}

void add_options(CLI::App& command, FlameOptions& options) {
  options.files.add_to(command);
  command.add_option("-o,--output", options.output, "Where to; - is standard output")
      ->type_name("FILE")
      ->required();
  command.add_flag("-f,--force", options.overwrite, "Replace the file if it exists");
  command.add_option("--format", options.format, "svg, html or folded (as the output's name ends)")
      ->type_name("FORMAT");
  command.add_option("--metric", options.metric, "live, total or temporary (live)")
      ->type_name("METRIC");
  options.when.add_to(command);
  command.add_flag("--invert", options.inverted, "Allocation sites first, and their callers below");
  command
      .add_option("--group", options.group,
                  "What a box is: function, lineno, filename or module (function)")
      ->type_name("GROUP");
  command.add_option("--sort", options.sort, "Widths by size or count (size)")->type_name("KEY");
  options.shape.add_to(command);
  options.filters.add_to(command);
}

}  // namespace

void add_flame_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("flame", "Write a flame graph: svg, html or folded stacks");
  const auto options = std::make_shared<FlameOptions>();
  add_options(*command, *options);
  command->footer(kFlameExamples);
  command->callback([options, &status] {
    run_flame(*options);
    status = 0;
  });
}

}  // namespace heaptally
