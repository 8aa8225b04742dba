// heaptally temporary: who churns, and how much of what it allocates.
#include <memory>
#include <string>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "core/profile/temporaries.h"
#include "core/report/temporaries_report.h"

namespace heaptally {
namespace {

constexpr const char* kTemporaryExamples =
    R"(An allocation is temporary if its thread frees it before it allocates anything else: work that a
local variable or a buffer that is kept would save. A row tells how many of a line's allocations
were temporary, their bytes, and what share of all that the line allocated that is.

Examples:
  heaptally temporary FILE
  heaptally temporary FILE --sort size --group function
  heaptally temporary FILE --from 40% --to 60%     ... of this part of the run
  heaptally temporary FILE --group traceback --limit 3
  heaptally temporary FILE --filter 'src/*' --format json)";

// The command line as given.
struct TemporaryOptions {
  std::string file;
  std::string from = "start";
  std::string to = "end";
  RowOptions rows{.sort = "count"};
  FilterOptions filters;
};

void run_temporary(const TemporaryOptions& options) {
  const Moment from = parse_moment(options.from, "--from");
  const Moment to = parse_moment(options.to, "--to");
  const Format format = parse_format(options.rows.format);
  const Query query = query_of(options.rows, options.filters);
  OpenRecording recording(options.file, options.filters);
  const auto between = [&](Metric metric) {
    return take_snapshot_between(recording.data(), recording.timeline(), metric, from, to,
                                 recording.events());
  };
  const Snapshot temporary = between(Metric::kTemporary);
  const Snapshot total = between(Metric::kTotal);
  const Temporaries rows = temporaries(recording.profile(), temporary, total, query);
  answer(TemporariesReport{.profile = recording.profile(),
                           .snapshot = temporary,
                           .query = query,
                           .temporaries = rows,
                           .raw = options.filters.raw,
                           .style = output_style()},
         format);
}

}  // namespace

void add_temporary_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("temporary", "Show which lines churn");
  const auto options = std::make_shared<TemporaryOptions>();
  command->add_option("FILE", options->file, "The recording")->required();
  command
      ->add_option("--from", options->from,
                   "Only what was allocated after this moment, as for stats (start)")
      ->type_name("MOMENT");
  command->add_option("--to", options->to, "... and before this one (end)")->type_name("MOMENT");
  options->rows.add_to(*command);
  command->get_option("--sort")->description("size or count, descending (count)");
  options->filters.add_to(*command);
  command->footer(kTemporaryExamples);
  command->callback([options, &status] {
    run_temporary(*options);
    status = 0;
  });
}

}  // namespace heaptally
