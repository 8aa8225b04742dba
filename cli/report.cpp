// heaptally report: a recording, or two beside each other, as one page for a browser.
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/page_options.h"
#include "cli/question.h"
#include "core/report/page.h"

namespace heaptally {
namespace {

constexpr const char* kReportExamples =
    R"(The page needs no network and no other file: mail it, attach it, keep it. Timeline, flame graph,
lines and source share one selection: drag over a stretch of time, and all else follows. With
two recordings everything is old beside new.

It holds at most 512 stretches of time and 10 MB; calls that never come to 0.1 % of anything are
folded into their callers' lines, and the page says so. Source files are read on this machine, and
what is around the lines that allocate goes into the page; --no-sources leaves it out.

Examples:
  heaptally report FILE -o page.html --open
  heaptally report OLD NEW -o page.html             eager beside lazy
  heaptally report FILE -o page.html --process 'worker*' --filter 'src/*')";

// The command line as given.
struct ReportOptions {
  FileOptions files;
  PageOptions page;
  FilterOptions filters;
};

void run_report(const ReportOptions& options) {
  Query query;
  options.filters.apply_to(query);
  options.page.check();
  const std::vector<std::string> files = options.files.files();
  std::vector<std::unique_ptr<OpenRecording>> recordings;
  std::vector<const OpenRecording*> opened;
  recordings.reserve(files.size());
  opened.reserve(files.size());
  PageRequest request{.recordings = {}, .query = query};
  for (const std::string& file : files) {
    recordings.push_back(
        std::make_unique<OpenRecording>(file, options.filters, /*of_several=*/true));
    opened.push_back(recordings.back().get());
    request.recordings.push_back({recordings.back()->profile(), recordings.back()->timeline()});
  }
  require_places(opened, options.filters);
  write_page(options.page, request);
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    tell_what_is_missing(files[i], recordings[i]->data());
  }
}

}  // namespace

void add_report_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("report", "Write a page for browsers: timeline, flame graph, lines");
  const auto options = std::make_shared<ReportOptions>();
  options->files.add_to(*command);
  command->add_option("-o,--output", options->page.output, "The page; - is standard output")
      ->type_name("PAGE")
      ->required();
  command->add_flag("-f,--force", options->page.overwrite, "Replace the page if it exists");
  options->page.add_to(*command);
  options->filters.add_to(*command);
  command->footer(kReportExamples);
  command->callback([options, &status] {
    run_report(*options);
    status = 0;
  });
}

}  // namespace heaptally
