// heaptally summary: a run at a glance.
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/output.h"
#include "core/profile/summary.h"
#include "core/recording/reader.h"
#include "core/report/summary_report.h"

namespace heaptally {
namespace {

constexpr std::size_t kTopLines = 5;
constexpr std::size_t kProcesses = 20;

constexpr const char* kSummaryExamples = R"(Examples:
  heaptally summary program.1234.heaptally
  heaptally summary make.1234.heaptally --all-processes)";

// The command line as given.
struct SummaryOptions {
  std::string file;
  bool all_processes = false;
};

void run_summary(const SummaryOptions& options) {
  const RecordingReader reader(options.file);
  const Profile profile(reader.data(), {});
  StandardOutput out;
  write_text(profile, summarize(profile, kTopLines), options.all_processes ? 0 : kProcesses,
             out.stream());
  out.finish();
}

}  // namespace

void add_summary_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("summary", "Show a run at a glance");
  const auto options = std::make_shared<SummaryOptions>();
  command->add_option("FILE", options->file, "The recording")->required();
  command->add_flag("--all-processes", options->all_processes,
                    "Show all processes, not only the 20 with the greatest peaks");
  command->footer(kSummaryExamples);
  command->callback([options, &status] {
    run_summary(*options);
    status = 0;
  });
}

}  // namespace heaptally
