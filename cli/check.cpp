// heaptally check: limits that a run must keep, for CI.
#include <algorithm>
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

constexpr const char* kCheckExamples =
    R"(Ends with 0 if all limits are kept, with 1 if any is broken, with 2 if the question makes no sense:
an --in or a filter that leaves nothing is such, for a gate that guards nothing is a trap.

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
struct CheckOptions {
  std::string file;
  std::vector<GivenLimit> limits = {
      {Measure::kPeak, "--max-peak"},   {Measure::kLeaked, "--max-leaked"},
      {Measure::kLive, "--max-live"},   {Measure::kTotal, "--max-total"},
      {Measure::kCount, "--max-count"}, {Measure::kTemporary, "--max-temporary"}};
  std::vector<std::string> places;
  std::optional<std::string> at;
  std::string baseline;
  std::optional<std::string> tolerance;
  std::vector<std::string> suppressions;
  std::string junit;
  bool overwrite = false;
  std::string worst = "3";
  FilterOptions filters;
};

bool is_share(const std::string& text) { return !text.empty() && text.back() == '%'; }

// A share is meant of allocations alone: there it has a whole.
Limit parse_given(const GivenLimit& given) {
  const Threshold threshold =
      parse_threshold(*given.text, !is_in_bytes(given.measure), given.option);
  Limit limit{.measure = given.measure,
              .most = threshold.amount,
              .text = fmt::format("{} {}", given.option, *given.text)};
  if (!is_share(*given.text)) return limit;
  if (given.measure != Measure::kTemporary) {
    throw Error(limit.text, "is a share of nothing in particular",
                "give a size or a number; --max-temporary alone can be a share, of allocations",
                ExitCode::kUsage);
  }
  limit.share = threshold.share;
  return limit;
}

std::vector<Limit> given_limits(const CheckOptions& options) {
  std::vector<Limit> limits;
  for (const GivenLimit& given : options.limits) {
    if (given.text) limits.push_back(parse_given(given));
  }
  return limits;
}

double parse_tolerance(const CheckOptions& options) {
  if (!options.tolerance) return 0;
  if (options.baseline.empty()) {
    throw Error("--tolerance", "of what?", "give --baseline, too", ExitCode::kUsage);
  }
  if (!is_share(*options.tolerance)) {
    throw Error("--tolerance " + *options.tolerance, "is no share", "give a share such as 5%",
                ExitCode::kUsage);
  }
  return parse_threshold(*options.tolerance, false, "--tolerance").share;
}

// Refused before anything is read.
void check_usage(const CheckOptions& options) {
  const std::vector<Limit> limits = given_limits(options);
  if (limits.empty() && options.baseline.empty()) {
    throw Error("check", "there is no limit", "give --max-peak, --max-leaked ..., or --baseline",
                ExitCode::kUsage);
  }
  parse_tolerance(options);
  const bool has_live = std::any_of(limits.begin(), limits.end(), [](const Limit& limit) {
    return limit.measure == Measure::kLive;
  });
  if (options.at && !has_live) {
    throw Error("--at", "is the moment of --max-live, which is not given",
                "give it, or leave out --at", ExitCode::kUsage);
  }
  if (options.junit == "-") {
    throw Error("--junit -", "standard output has the report as text", "name a file",
                ExitCode::kUsage);
  }
}

CheckSource source_of(OpenRecording& recording) {
  return {recording.profile(), recording.timeline(), recording.crossings(), recording.events()};
}

// What the older recording came to, and the tolerance on top. What it lacks altogether is new.
std::vector<Limit> baseline_limits(const CheckOptions& options, const Query& query,
                                   CheckQuestion question) {
  OpenRecording old(options.baseline, options.filters, /*of_several=*/true);
  question.may_be_nothing = true;
  question.limits.clear();
  for (const Measure measure :
       {Measure::kPeak, Measure::kLeaked, Measure::kTotal, Measure::kCount, Measure::kTemporary}) {
    question.limits.push_back({.measure = measure});
  }
  tell_what_is_missing(options.baseline, old.data());
  return limits_from(check_limits(source_of(old), query, question), parse_tolerance(options),
                     fmt::format("--baseline {} --tolerance {}", options.baseline,
                                 options.tolerance.value_or("0%")));
}

CheckQuestion question_of(const CheckOptions& options) {
  CheckQuestion question{.limits = {},
                         .places = options.places,
                         .live_at = parse_moment(options.at.value_or("end")),
                         .suppressions = {},
                         .worst = parse_limit(options.worst, "--worst")};
  for (const std::string& file : options.suppressions) {
    for (std::string& pattern : read_suppressions(file)) {
      question.suppressions.push_back(std::move(pattern));
    }
  }
  return question;
}

void write_junit_file(const CheckOptions& options, const CheckReport& report) {
  OutputFile file(options.junit, options.overwrite);
  write_junit(report, file.stream());
  file.finish();
}

int run_check(const CheckOptions& options) {
  check_usage(options);
  Query query;
  options.filters.apply_to(query);
  CheckQuestion question = question_of(options);
  OpenRecording recording(options.file, options.filters);
  question.limits = given_limits(options);
  if (!options.baseline.empty()) {
    for (Limit& limit : baseline_limits(options, query, question)) {
      question.limits.push_back(std::move(limit));
    }
  }
  const std::vector<CheckedLimit> limits = check_limits(source_of(recording), query, question);
  const CheckReport report = {recording.profile(), query, question, limits};
  if (!options.junit.empty()) write_junit_file(options, report);
  StandardOutput out;
  write_text(report, out.stream());
  out.finish();
  const bool is_broken = std::any_of(limits.begin(), limits.end(),
                                     [](const CheckedLimit& limit) { return limit.is_broken(); });
  return static_cast<int>(is_broken ? ExitCode::kFailed : ExitCode::kOk);
}

void add_options(CLI::App& command, CheckOptions& options) {
  constexpr const char* kHelp[] = {"Bytes live at the high-water mark",
                                   "Bytes that were never freed",
                                   "Bytes live at --at",
                                   "Bytes allocated in all",
                                   "Allocations",
                                   "Temporary allocations, or their share of allocations: 5%"};
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
      .add_option("--tolerance", options.tolerance, "By how much of it they may be above it (0%)")
      ->type_name("SHARE");
  command
      .add_option(
          "--suppressions", options.suppressions,
          "Leave out leaks that LeakSanitizer's suppressions in this file match; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("--junit", options.junit, "Write a JUnit report, too")->type_name("XML");
  command.add_flag("-f,--force", options.overwrite, "Replace the JUnit report if it exists");
  command
      .add_option("--worst", options.worst,
                  "How many traces to name for each broken limit, 0 for all (3)")
      ->type_name("N");
  options.filters.add_to(command);
}

}  // namespace

void add_check_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("check", "Hold a run to limits, for CI");
  const auto options = std::make_shared<CheckOptions>();
  add_options(*command, *options);
  command->footer(kCheckExamples);
  command->callback([options, &status] { status = run_check(*options); });
}

}  // namespace heaptally
