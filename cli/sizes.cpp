// heaptally sizes: how large the blocks are that a program allocates, and holds.
#include <memory>
#include <string>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "core/profile/domains.h"
#include "core/profile/sizes.h"
#include "core/report/sizes_report.h"

namespace heaptally {
namespace {

constexpr const char* kSizesExamples =
    R"(A row is a class of sizes: [64 B, 128 B) is all blocks of 64 to 127 bytes. Its allocations are those
of the whole run, its live blocks those at one moment. Bars: the count of allocations, and the
bytes that are live.

Examples:
  heaptally sizes FILE
  heaptally sizes FILE --at end                  ... and what was never freed
  heaptally sizes FILE --filter '*/parser.cpp'   of the blocks of one file
  heaptally sizes FILE --thread 'worker*' --format csv)";

// The command line as given.
struct SizesOptions {
  std::string file;
  std::string at = "peak";
  std::string format = "text";
  FilterOptions filters;
};

void run_sizes(const SizesOptions& options) {
  const Moment moment = parse_moment(options.at);
  const Format format = parse_format(options.format);
  Query query;
  options.filters.apply_to(query);
  ask_of_its_domain(moment, query);
  OpenRecording recording(options.file, options.filters);
  const Snapshot live = recording.snapshot(Metric::kLive, moment);
  const Snapshot total = recording.snapshot(Metric::kTotal, {.kind = Moment::Kind::kEnd});
  const Sizes rows = sizes(recording.profile(), total, live, query);
  answer(SizesReport{.profile = recording.profile(),
                     .live = live,
                     .query = query,
                     .sizes = rows,
                     .style = output_style()},
         format);
}

}  // namespace

void add_sizes_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("sizes", "Show how large the blocks are, by class of sizes");
  const auto options = std::make_shared<SizesOptions>();
  command->add_option("FILE", options->file, "The recording")->required();
  command->add_option("--at", options->at, "The moment of the live blocks, as for stats (peak)")
      ->type_name("MOMENT");
  command->add_option("--format", options->format, "text, json or csv (text)")->type_name("FORMAT");
  options->filters.add_to(*command);
  command->footer(kSizesExamples);
  command->callback([options, &status] {
    run_sizes(*options);
    status = 0;
  });
}

}  // namespace heaptally
