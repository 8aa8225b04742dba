// heaptally threads: what each thread allocated and held.
#include <memory>
#include <string>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "core/profile/threads.h"
#include "core/report/threads_report.h"

namespace heaptally {
namespace {

constexpr const char* kThreadsExamples =
    R"(Columns: all allocations of the thread and their bytes, its share of the bytes of all threads,
how many of its allocations were temporary, and what was live of its blocks at the peak of the run
and at the end. A block is its allocating thread's, whoever frees it. Beyond 256 threads those of
one name and program share a row.

Examples:
  heaptally threads FILE
  heaptally threads FILE --sort temporary --limit 5   who churns
  heaptally threads FILE --process 'cc1*' --format csv)";

// The command line as given.
struct ThreadsOptions {
  std::string file;
  std::string sort = "total";
  std::string limit = "20";
  std::string format = "text";
  FilterOptions filters;
};

void run_threads(const ThreadsOptions& options) {
  const ThreadOrder order = parse_thread_order(options.sort);
  const Format format = parse_format(options.format);
  Query query;
  query.limit = parse_limit(options.limit);
  options.filters.apply_to(query);
  OpenRecording recording(options.file, options.filters);
  const Threads rows = threads(recording.profile(), query, order);
  answer(ThreadsReport{.profile = recording.profile(),
                       .query = query,
                       .order = order,
                       .threads = rows,
                       .style = output_style()},
         format);
}

}  // namespace

void add_threads_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("threads", "Show what each thread allocated and held");
  const auto options = std::make_shared<ThreadsOptions>();
  command->add_option("FILE", options->file, "The recording")->required();
  command
      ->add_option("--sort", options->sort,
                   "total, allocations, temporary, peak or end, descending; or name (total)")
      ->type_name("COLUMN");
  command->add_option("--limit", options->limit, "How many rows, 0 for all (20)")->type_name("N");
  command->add_option("--format", options->format, "text, json or csv (text)")->type_name("FORMAT");
  options->filters.add_to(*command);
  command->footer(kThreadsExamples);
  command->callback([options, &status] {
    run_threads(*options);
    status = 0;
  });
}

}  // namespace heaptally
