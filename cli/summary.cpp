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

constexpr const char* kExamples = R"(Examples:
  heaptally summary program.1234.heaptally)";

void run(const std::string& file) {
  const RecordingReader reader(file);
  const Profile profile(reader.data(), {});
  StandardOutput out;
  write_text(profile, summarize(profile, kTopLines), out.stream());
  out.finish();
}

}  // namespace

void add_summary_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("summary", "Show a run at a glance");
  const auto file = std::make_shared<std::string>();
  command->add_option("FILE", *file, "The recording")->required();
  command->footer(kExamples);
  command->callback([file, &status] {
    run(*file);
    status = 0;
  });
}

}  // namespace heaptally
