// heaptally timeline: how much was live over the time of a run.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/plot_options.h"
#include "cli/question.h"
#include "core/base/error.h"
#include "core/profile/heap_timeline.h"
#include "core/report/timeline_report.h"

namespace heaptally {
namespace {

constexpr const char* kTimelineExamples =
    R"(A column of the plot shows the greatest live bytes within it, as they were recorded for the whole
tree of processes. With filters the greatest is that of the edges of time buckets, of which there
are up to 4,096; between them there may have been more. Where the language setting has no UTF-8, or the
terminal is a dumb one, the plot is in ASCII. JSON and CSV have a row for each bucket.

A picture (svg) is light or dark as its viewer likes it. RSS is in it where that leaves the heap more
than a flat line, else with --rss.

Examples:
  heaptally timeline FILE
  heaptally timeline FILE --rss --cpu            beside RSS, and how busy it was
  heaptally timeline FILE --filter '*/cache.cpp' what one file holds
  heaptally timeline FILE --from 1s --to 2s      a closer look
  heaptally timeline FILE --blocks --width 100 --height 20
  heaptally timeline FILE --format csv >live.csv
  heaptally timeline FILE -o live.svg            a picture, with RSS)";

// The command line as given.
struct TimelineOptions {
  std::string file;
  std::string from = "start";
  std::string to = "end";
  std::optional<std::string> format;
  std::optional<std::string> output;
  bool overwrite = false;
  bool rss = false;
  bool cpu = false;
  PlotOptions plot;
  FilterOptions filters;
};

// How the timeline is written.
struct Form {
  bool is_picture = false;
  Format format = Format::kText;
};

// As asked, or as the output's name ends.
Form parse_form(const TimelineOptions& options) {
  std::string name = options.format.value_or("text");
  if (!options.format && options.output) {
    const std::string ending = std::filesystem::path(*options.output).extension().string();
    if (ending == ".svg" || ending == ".json" || ending == ".csv") name = ending.substr(1);
  }
  if (name == "svg") return {.is_picture = true};
  if (name != "text" && name != "json" && name != "csv") {
    throw Error("--format " + name, "is no format", "choose text, json, csv or svg",
                ExitCode::kUsage);
  }
  return {.format = parse_format(name)};
}

struct Extents {
  std::size_t width, height;
};

Extents extents_of(const PlotOptions& plot, const Form& form) {
  if (form.is_picture) return {plot.width_or(960, 300, 10'000), plot.height_or(400, 200, 10'000)};
  return {plot.characters(), plot.lines(15)};
}

void write_timeline(const TimelineReport& report, const Form& form, std::ostream& out) {
  if (form.is_picture) return write_svg(report, out);
  if (form.format == Format::kJson) return write_json(report, out);
  if (form.format == Format::kCsv) return write_csv(report, out);
  write_text(report, out);
}

// Where a moment lies among the edges of buckets.
Nanoseconds edge_of(OpenRecording& recording, const Moment& moment) {
  return take_snapshot(recording.data(), recording.timeline(), Metric::kTotal, moment).time;
}

void run_timeline(const TimelineOptions& options) {
  const Moment from = parse_moment(options.from, "--from");
  const Moment to = parse_moment(options.to, "--to");
  const Form form = parse_form(options);
  const Extents extents = extents_of(options.plot, form);
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
  TimelineReport report{.profile = recording.profile(),
                        .query = query,
                        .timeline = timeline,
                        .dots = options.plot.dots(),
                        .width = extents.width,
                        .height = extents.height,
                        .with_rss = options.rss,
                        .with_cpu = options.cpu,
                        .style = output_style()};
  if (options.output) {
    report.style = {};
    OutputFile file(*options.output, options.overwrite);
    write_timeline(report, form, file.stream());
    file.finish();
  } else if (form.is_picture) {
    StandardOutput out;
    write_svg(report, out.stream());
    out.finish();
  } else {
    answer(report, form.format);
  }
}

void add_options(CLI::App& command, TimelineOptions& options) {
  command.add_option("FILE", options.file, "The recording")->required();
  command.add_option("--from", options.from, "Where the plot begins, as --at of stats (start)")
      ->type_name("MOMENT");
  command.add_option("--to", options.to, "... and where it ends (end)")->type_name("MOMENT");
  command.add_flag("--rss", options.rss, "Also draw the processes' RSS as a line");
  command.add_flag("--cpu", options.cpu, "Also draw how many CPUs they kept busy");
  command.add_flag("--blocks", options.plot.blocks, "Draw with blocks instead of braille");
  command
      .add_option("--width", options.plot.width,
                  "Characters of a line (the terminal's, or 80); pixels of a picture (960)")
      ->type_name("N");
  command
      .add_option("--height", options.plot.height,
                  "Lines of the plot (15); pixels of a picture (400)")
      ->type_name("N");
  command
      .add_option("--format", options.format,
                  "text, json, csv or svg (as the output's name ends, or text)")
      ->type_name("FORMAT");
  command.add_option("-o,--output", options.output, "Write a file (default: standard output)")
      ->type_name("PATH");
  command.add_flag("-f,--force", options.overwrite, "Replace the file if it exists");
  options.filters.add_to(command);
}

}  // namespace

void add_timeline_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("timeline", "Plot how much was live over time");
  const auto options = std::make_shared<TimelineOptions>();
  add_options(*command, *options);
  command->footer(kTimelineExamples);
  command->callback([options, &status] {
    run_timeline(*options);
    status = 0;
  });
}

}  // namespace heaptally
