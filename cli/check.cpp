// heaptally check: limits that a run must keep, for CI.
#include <charconv>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/output_file.h"
#include "cli/question.h"
#include "core/base/error.h"
#include "core/profile/limits.h"
#include "core/profile/suppressions.h"
#include "core/profile/threshold.h"
#include "core/report/check_report.h"

namespace heaptally {
namespace {

constexpr const char* kExamples =
    R"(Ends with 0 if all limits are kept, with 1 if any is broken, with 2 if the question makes no sense:
an --in that nothing was allocated from is such, for a gate that guards nothing is a trap.

--baseline takes the limits from another recording: no measure may grow by more than --tolerance.

Examples:
  heaptally check FILE --max-peak 100MiB --max-leaked 0
  heaptally check FILE --max-count 20000 --in 'parse*' --max-temporary 5%
  heaptally check FILE --max-total 64KiB --in render.cpp:120
  heaptally check FILE --baseline main.heaptally --tolerance 5%
  heaptally check FILE --max-leaked 0 --suppressions lsan.supp --junit leaks.xml)";

// A limit as given; a share is one of the whole recording.
struct GivenLimit {
  Measure measure;
  const char* option;
  std::optional<std::string> text = std::nullopt;
};

// The command line as given.
struct Options {
  std::string file;
  std::vector<GivenLimit> limits = {
      {Measure::kPeak, "--max-peak"},   {Measure::kLeaked, "--max-leaked"},
      {Measure::kLive, "--max-live"},   {Measure::kTotal, "--max-total"},
      {Measure::kCount, "--max-count"}, {Measure::kTemporary, "--max-temporary"}};
  std::vector<std::string> places;
  std::string at = "end";
  std::string baseline;
  std::string tolerance = "0%";
  std::vector<std::string> suppressions;
  std::string junit;
  bool overwrite = false;
  std::size_t worst = 3;
  FilterOptions filters;
};

// A share is meant of allocations alone: there it has a whole.
std::uint64_t parse_limit_value(const GivenLimit& given, const Header& header) {
  const Threshold threshold =
      parse_threshold(*given.text, !is_in_bytes(given.measure), given.option);
  if (threshold.share == 0) return threshold.amount;
  if (given.measure != Measure::kTemporary) {
    throw Error(fmt::format("{} {}", given.option, *given.text), "a share of what?",
                "give a size or a number; only --max-temporary can be a share, of all allocations",
                ExitCode::kUsage);
  }
  return static_cast<std::uint64_t>(static_cast<double>(header.total.count) * threshold.share);
}

// Refused before anything is read.
void check_usage(const Options& options) {
  bool any = !options.baseline.empty();
  Header nothing;
  for (const GivenLimit& given : options.limits) {
    if (!given.text) continue;
    any = true;
    parse_limit_value(given, nothing);
  }
  if (!any) {
    throw Error("check", "there is no limit", "give --max-peak, --max-leaked ..., or --baseline",
                ExitCode::kUsage);
  }
  parse_threshold(options.tolerance, false, "--tolerance");
}

std::vector<Limit> given_limits(const Options& options, const Header& header) {
  std::vector<Limit> limits;
  for (const GivenLimit& given : options.limits) {
    if (!given.text) continue;
    limits.push_back({given.measure, parse_limit_value(given, header),
                      fmt::format("{} {}", given.option, *given.text)});
  }
  return limits;
}

// What the older recording came to, and the tolerance on top.
std::vector<Limit> baseline_limits(const Options& options, const Query& query,
                                   CheckQuestion question) {
  OpenRecording old(options.baseline, options.filters.site_rules());
  const Threshold tolerance = parse_threshold(options.tolerance, false, "--tolerance");
  question.limits.clear();
  for (const Measure measure :
       {Measure::kPeak, Measure::kLeaked, Measure::kTotal, Measure::kCount, Measure::kTemporary}) {
    question.limits.push_back({measure, 0, {}});
  }
  std::vector<Limit> limits;
  for (const CheckedLimit& measured :
       check_limits(old.profile(), old.timeline(), query, question)) {
    const std::uint64_t most = measured.found + tolerance.of(measured.found);
    limits.push_back(
        {measured.limit.measure, most,
         fmt::format("--baseline {} --tolerance {}", options.baseline, options.tolerance)});
  }
  return limits;
}

int run(const Options& options) {
  check_usage(options);
  Query query;
  options.filters.apply_to(query);
  CheckQuestion question{.limits = {},
                         .places = options.places,
                         .live_at = parse_moment(options.at),
                         .suppressions = {},
                         .worst = options.worst};
  for (const std::string& file : options.suppressions) {
    for (std::string& pattern : read_suppressions(file)) {
      question.suppressions.push_back(std::move(pattern));
    }
  }
  OpenRecording recording(options.file, options.filters.site_rules());
  question.limits = given_limits(options, recording.data().header);
  if (!options.baseline.empty()) {
    for (Limit& limit : baseline_limits(options, query, question)) {
      question.limits.push_back(std::move(limit));
    }
  }
  const std::vector<CheckedLimit> limits =
      check_limits(recording.profile(), recording.timeline(), query, question);
  const CheckReport report = {recording.profile(), query, question, limits};
  if (!options.junit.empty()) {
    OutputFile file(options.junit, options.overwrite);
    write_junit(report, file.stream());
    file.finish();
  }
  StandardOutput out;
  write_text(report, out.stream());
  out.finish();
  for (const CheckedLimit& limit : limits) {
    if (limit.is_broken()) return static_cast<int>(ExitCode::kFailed);
  }
  return static_cast<int>(ExitCode::kOk);
}

void add_options(CLI::App& command, Options& options) {
  constexpr const char* kHelp[] = {"Bytes live at the high-water mark",
                                   "Bytes that were never freed",
                                   "Bytes live at --at",
                                   "Bytes allocated in all",
                                   "Allocations",
                                   "Temporary allocations, or their share of all"};
  command.add_option("FILE", options.file, "The recording")->required();
  for (std::size_t i = 0; i < options.limits.size(); ++i) {
    command.add_option(options.limits[i].option, options.limits[i].text, kHelp[i])
        ->type_name(is_in_bytes(options.limits[i].measure) ? "SIZE" : "NUMBER");
  }
  command
      .add_option("--in", options.places,
                  "Only what is allocated in, or called from: FILE, FILE:LINE or a function; "
                  "patterns; repeatable")
      ->type_name("PLACE")
      ->allow_extra_args(false);
  command.add_option("--at", options.at, "The moment of --max-live, as for stats (end)")
      ->type_name("MOMENT");
  command.add_option("--baseline", options.baseline, "A recording to hold all measures to")
      ->type_name("OLD");
  command
      .add_option("--tolerance", options.tolerance,
                  "By how much they may be above it: 5%, or a size (0%)")
      ->type_name("SHARE");
  command
      .add_option(
          "--suppressions", options.suppressions,
          "Leave out leaks that LeakSanitizer's suppressions in this file match; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("--junit", options.junit, "Write a JUnit report, too")->type_name("XML");
  command.add_flag("-f,--force", options.overwrite, "Replace the JUnit report if it exists");
  command.add_option("--worst", options.worst, "How many traces to name for each broken limit (3)")
      ->type_name("N");
  options.filters.add_to(command);
}

}  // namespace

void add_check_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("check", "Hold a run to limits, for CI");
  const auto options = std::make_shared<Options>();
  add_options(*command, *options);
  command->footer(kExamples);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace heaptally
