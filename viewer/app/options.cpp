#include "viewer/app/options.h"

#include <charconv>
#include <iostream>
#include <utility>

#include <CLI/CLI.hpp>

#include "core/base/error.h"

namespace heaptally::view {
namespace {

constexpr const char* kOptionExamples =
    R"(The keys are told in the window: press ? there. What is chosen in it (light or dark, recent files,
the editor, where sources are) is kept in heaptally/view.json below $XDG_CONFIG_HOME, or ~/.config.

Examples:
  heaptally view program.1234.heaptally         a recording
  heaptally view eager.heaptally lazy.heaptally    the second one compared with the first
  heaptally view FILE --screenshot peak.png --panel flame-graph --size 1280x720
  heaptally view FILE --select 40%..mark:done --metric growth --panel lines)";

std::pair<Moment, Moment> parse_range(const std::string& text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) {
    throw Error("--select " + text, "is no range of time", "give two moments, as in 1.5s..end",
                ExitCode::kUsage);
  }
  const std::string from = text.substr(0, dots);
  const std::string to = text.substr(dots + 2);
  return {parse_moment(from.empty() ? "start" : from, "--select"),
          parse_moment(to.empty() ? "end" : to, "--select")};
}

void parse_size_of_window(const std::string& text, Options& options) {
  const char* const end = text.data() + text.size();
  const auto width = std::from_chars(text.data(), end, options.width);
  const bool has_x = width.ec == std::errc() && width.ptr != end && *width.ptr == 'x';
  const auto height = has_x ? std::from_chars(width.ptr + 1, end, options.height) : width;
  const bool is_read = has_x && height.ec == std::errc() && height.ptr == end;
  if (!is_read || options.width < 640 || options.height < 400 || options.width > 8192 ||
      options.height > 8192) {
    throw Error("--size " + text, "is no size of a window",
                "give WIDTHxHEIGHT in pixels, from 640x400 to 8192x8192", ExitCode::kUsage);
  }
}

struct GivenOptions {
  std::string panel, range, metric, size;
  bool dark = false, light = false;
};

void read(const GivenOptions& given, Options& options) {
  if (!given.panel.empty()) options.panel = parse_panel(given.panel);
  if (!given.range.empty()) options.range = parse_range(given.range);
  if (!given.metric.empty()) options.metric = parse_view_metric(given.metric);
  if (!given.size.empty()) parse_size_of_window(given.size, options);
  if (given.dark && given.light) {
    throw Error("--dark", "cannot go with --light", "give one of them", ExitCode::kUsage);
  }
  if (given.dark || given.light) options.dark = given.dark;
  if (options.screenshot && !options.file) {
    throw Error("--screenshot", "needs a recording to show", "name one: heaptally-view FILE ...",
                ExitCode::kUsage);
  }
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv) {
  CLI::App app("Show a recording, or two, in a window", "heaptally view");
  app.set_version_flag("--version", "heaptally-view " HEAPTALLY_VERSION);
  app.footer(kOptionExamples);
  Options options;
  GivenOptions given;
  app.add_option("FILE", options.file, "The recording");
  app.add_option("OTHER", options.other, "Another one, to be compared with it");
  app.add_option("--panel", given.panel,
                 "What to show: overview, lines, flame-graph, tree, source, snapshots, compare, "
                 "sizes-and-lifetimes or threads-and-processes")
      ->type_name("PANEL");
  app.add_option("--select", given.range,
                 "The range of time that counts: two moments as --at of heaptally stats has them")
      ->type_name("A..B");
  app.add_option("--metric", given.metric, "live, total, temporary, growth or leaked (live)")
      ->type_name("METRIC");
  app.add_option("--size", given.size, "Of the window, in pixels (1440x900)")
      ->type_name("WIDTHxHEIGHT");
  app.add_flag("--dark", given.dark, "Light text on a dark background");
  app.add_flag("--light", given.light, "Dark text on a light background");
  app.add_option("--screenshot", options.screenshot, "Write a picture and end; no window is shown")
      ->type_name("PATH");
  app.add_option("--state", options.state,
                 "Write what is shown to this file as JSON, whenever it changes; for tests")
      ->type_name("FILE");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app.exit(error, std::cout, std::cerr);
      return {};
    }
    std::string problem = error.what();
    for (char& character : problem) character = character == '\n' ? ' ' : character;
    throw Error("heaptally-view", problem, "see heaptally-view --help", ExitCode::kUsage);
  }
  read(given, options);
  return options;
}

}  // namespace heaptally::view
