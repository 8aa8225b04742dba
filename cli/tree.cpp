// heaptally tree: the calls that lead to what a run holds, leaks or churns.
#include <charconv>
#include <cstdint>
#include <memory>
#include <string>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "cli/terminal.h"
#include "core/base/error.h"
#include "core/profile/domains.h"
#include "core/report/statistics_report.h"
#include "core/report/tree_report.h"

namespace heaptally {
namespace {

constexpr const char* kTreeExamples =
    R"(Each line is a call: its share, its size and count with all that it calls, and where it is.
A call without numbers gets all that the one above it has, but for less than --min. (itself) is
what a call allocated besides that of its callees; left out are those below --min.

Ways end at the allocation site, as for stats; --raw goes on to the allocator. What calls itself is
one line. --depth counts levels of the drawing.

Examples:
  heaptally tree FILE                               where the peak came from
  heaptally tree FILE --at end --min 100KiB         ... and what was never freed
  heaptally tree FILE --metric total --sort count   who allocates most often
  heaptally tree FILE --metric total --from mark:a --to mark:b
  heaptally tree FILE --bottom-up --depth 3         the sites, and who called them
  heaptally tree FILE --group function --min 5%
  heaptally tree FILE --filter 'src/*' --thread 'worker*'
  heaptally tree FILE --through parse --without 'log*'
  heaptally tree FILE --merge libpython3.11.so --collapse-recursion
  heaptally tree FILE --min 0 --format csv          all of it, for other programs)";

// The command line as given.
struct TreeOptions {
  std::string file;
  std::string metric = "live";
  MomentOptions when;
  bool bottom_up = false;
  std::string least = "1%";
  std::string depth = "0";
  std::string group = "lineno";
  std::string sort = "size";
  std::string format = "text";
  FilterOptions filters;
  ShapeOptions shape;
};

std::uint32_t parse_depth(const std::string& text) {
  std::uint32_t depth = 0;
  const char* const last = text.data() + text.size();
  const auto [end, problem] = std::from_chars(text.data(), last, depth);
  if (problem == std::errc() && end == last) return depth;
  throw Error("--depth " + text, "is no number of levels", "give 0 for all, or 1 and up",
              ExitCode::kUsage);
}

// Everything that can be wrong with the command line is found before the file is opened.
void run_tree(const TreeOptions& options) {
  const Metric metric = parse_metric(options.metric);
  const AskedMoments moments = options.when.moments(metric);
  const Format format = parse_format(options.format);
  Query query;
  query.group = parse_group(options.group);
  query.sort = parse_sort(options.sort);
  check_tree(query);
  options.filters.apply_to(query);
  ask_of_its_domain(moments.until, query);
  TreeShape shape = {.bottom_up = options.bottom_up,
                     .least = parse_threshold(options.least, query.sort == SortBy::kCount, "--min"),
                     .depth = parse_depth(options.depth)};
  options.shape.apply_to(shape);
  OpenRecording recording(options.file, options.filters);
  require_places({&recording}, options.filters, options.shape);
  const Snapshot snapshot = recording.snapshot(metric, moments);
  const CallTree tree(recording.profile(), snapshot, query, shape);
  answer(TreeReport{.profile = recording.profile(),
                    .snapshot = snapshot,
                    .query = query,
                    .shape = shape,
                    .tree = tree,
                    .raw = options.filters.raw,
                    .width = terminal_width()},
         format);
}

void add_options(CLI::App& command, TreeOptions& options) {
  command.add_option("FILE", options.file, "The recording")->required();
  command.add_option("--metric", options.metric, "live, total or temporary (live)")
      ->type_name("METRIC");
  options.when.add_to(command);
  command.add_flag("--bottom-up", options.bottom_up,
                   "From the allocation sites up to their callers");
  command
      .add_option("--min", options.least,
                  "Leave out calls below a share of the whole, or a size: 5%, 100KiB (1%)")
      ->type_name("SHARE|SIZE");
  command.add_option("--depth", options.depth, "How many levels, 0 for all (0)")->type_name("N");
  command
      .add_option("--group", options.group,
                  "What a call is: lineno, function, filename or module (lineno)")
      ->type_name("GROUP");
  command.add_option("--sort", options.sort, "size or count, descending; --min goes by it (size)")
      ->type_name("KEY");
  command.add_option("--format", options.format, "text, json or csv (text)")->type_name("FORMAT");
  options.shape.add_to(command);
  options.filters.add_to(command);
}

}  // namespace

void add_tree_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("tree", "Show the calls that lead to memory, as a tree");
  const auto options = std::make_shared<TreeOptions>();
  add_options(*command, *options);
  command->footer(kTreeExamples);
  command->callback([options, &status] {
    run_tree(*options);
    status = 0;
  });
}

}  // namespace heaptally
