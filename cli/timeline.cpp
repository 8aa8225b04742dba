// heaptally timeline: how much was live over the time of a run.
#include <charconv>
#include <memory>
#include <optional>
#include <string>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "core/base/error.h"
#include "core/profile/heap_timeline.h"
#include "core/report/timeline_report.h"

namespace heaptally {
namespace {

constexpr const char* kExamples =
    R"(A column of the plot shows the greatest live bytes within it, as they were recorded for the whole
tree of processes. With filters the greatest is that of the edges of time buckets, of which there
are up to 4,096; between them there may have been more. Where the language setting has no UTF-8, or the
terminal is a dumb one, the plot is in ASCII. JSON and CSV have a row for each bucket.

Examples:
  heaptally timeline FILE
  heaptally timeline FILE --rss --cpu            beside RSS, and how busy it was
  heaptally timeline FILE --filter '*/cache.cpp' what one file holds
  heaptally timeline FILE --from 1s --to 2s      a closer look
  heaptally timeline FILE --blocks --width 100 --height 20
  heaptally timeline FILE --format csv >live.csv)";

constexpr std::size_t kUsualWidth = 80;

// The command line as given.
struct Options {
  std::string file;
  std::string from = "start";
  std::string to = "end";
  std::optional<std::string> width;
  std::string height = "15";
  std::string format = "text";
  bool blocks = false;
  bool rss = false;
  bool cpu = false;
  FilterOptions filters;
};

std::size_t usual_width() {
  const std::size_t width = terminal_width();
  return width != 0 ? width : kUsualWidth;
}

std::size_t parse_extent(const std::string& text, const std::string& option, std::size_t least,
                         std::size_t most) {
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || number < least ||
      number > most) {
    throw Error(option + " " + text, "is no size of a plot",
                "give " + std::to_string(least) + " to " + std::to_string(most), ExitCode::kUsage);
  }
  return number;
}

// Where a moment lies among the edges of buckets.
Nanoseconds edge_of(OpenRecording& recording, const Moment& moment) {
  return take_snapshot(recording.data(), recording.timeline(), Metric::kTotal, moment).time;
}

void run(const Options& options) {
  const Moment from = parse_moment(options.from, "--from");
  const Moment to = parse_moment(options.to, "--to");
  const Format format = parse_format(options.format);
  const std::size_t width =
      options.width ? parse_extent(*options.width, "--width", 40, 1000) : usual_width();
  const std::size_t height = parse_extent(options.height, "--height", 2, 200);
  Query query;
  options.filters.apply_to(query);
  OpenRecording recording(options.file, options.filters);
  const Nanoseconds first = edge_of(recording, from), last = edge_of(recording, to);
  if (last < first) {
    throw Error(from.text, "is after " + to.text, "give the earlier moment first",
                ExitCode::kUsage);
  }
  const HeapTimeline timeline =
      heap_timeline(recording.profile(), recording.timeline(), query, first, last);
  answer(TimelineReport{.profile = recording.profile(),
                        .query = query,
                        .timeline = timeline,
                        .dots = options.blocks || wants_ascii() ? PlotDots::kBlocks
                                                                : PlotDots::kBraille,
                        .width = width,
                        .height = height,
                        .with_rss = options.rss,
                        .with_cpu = options.cpu,
                        .style = output_style()},
         format);
}

void add_options(CLI::App& command, Options& options) {
  command.add_option("FILE", options.file, "The recording")->required();
  command.add_option("--from", options.from, "Where the plot begins, as --at of stats (start)")
      ->type_name("MOMENT");
  command.add_option("--to", options.to, "... and where it ends (end)")->type_name("MOMENT");
  command.add_flag("--rss", options.rss, "Also draw the processes' RSS as a line");
  command.add_flag("--cpu", options.cpu, "Also draw how many CPUs they kept busy");
  command.add_flag("--blocks", options.blocks, "Draw with blocks instead of braille");
  command.add_option("--width", options.width, "Characters of a line (the terminal's, or 80)")
      ->type_name("N");
  command.add_option("--height", options.height, "Lines of the plot (15)")->type_name("N");
  command.add_option("--format", options.format, "text, json or csv (text)")->type_name("FORMAT");
  options.filters.add_to(command);
}

}  // namespace

void add_timeline_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("timeline", "Plot how much was live over time");
  const auto options = std::make_shared<Options>();
  add_options(*command, *options);
  command->footer(kExamples);
  command->callback([options, &status] {
    run(*options);
    status = 0;
  });
}

}  // namespace heaptally
