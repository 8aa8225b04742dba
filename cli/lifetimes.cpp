// heaptally lifetimes: how long the blocks lived that were freed.
#include <memory>
#include <string>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "core/profile/lifetimes.h"
#include "core/report/lifetimes_report.h"

namespace heaptally {
namespace {

constexpr const char* kLifetimesExamples =
    R"(A row is a class of lifetimes, each up to twice as long as the one before; "within" is the share of
the freed blocks that lived no longer than that. Lifetimes are of the whole run: they can be
restricted to lines, threads and processes, but not to a stretch of time.

Examples:
  heaptally lifetimes FILE
  heaptally lifetimes FILE --filter '*/parser.cpp:120'   of the blocks of one line
  heaptally lifetimes FILE --thread 'worker*' --format json)";

// The command line as given.
struct LifetimesOptions {
  std::string file;
  std::string format = "text";
  FilterOptions filters;
};

void run_lifetimes(const LifetimesOptions& options) {
  const Format format = parse_format(options.format);
  Query query;
  options.filters.apply_to(query);
  OpenRecording recording(options.file, options.filters);
  const Lifetimes rows = lifetimes(recording.profile(), query);
  answer(LifetimesReport{.profile = recording.profile(),
                         .query = query,
                         .lifetimes = rows,
                         .style = output_style()},
         format);
}

}  // namespace

void add_lifetimes_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("lifetimes", "Show how long the freed blocks lived");
  const auto options = std::make_shared<LifetimesOptions>();
  command->add_option("FILE", options->file, "The recording")->required();
  command->add_option("--format", options->format, "text, json or csv (text)")->type_name("FORMAT");
  options->filters.add_to(*command);
  command->footer(kLifetimesExamples);
  command->callback([options, &status] {
    run_lifetimes(*options);
    status = 0;
  });
}

}  // namespace heaptally
