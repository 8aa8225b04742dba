// heaptally processes: the tree of processes, and what each allocated and held.
#include <memory>
#include <string>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "core/profile/process_amounts.h"
#include "core/report/processes_report.h"

namespace heaptally {
namespace {

constexpr const char* kProcessesExamples =
    R"(A row is a process with all the programs that it executed, below its parent. Columns: all its
allocations and their bytes, how many of them were temporary, its own peak, what it held at the
peak of the whole tree, and at its end. With filters by line or thread the amounts are those of the
traces that count, and "own peak" is what these held when the process held most; of another domain
than the heap, when that domain held most.

Examples:
  heaptally processes FILE
  heaptally processes FILE --limit 10            those with the greatest peaks
  heaptally processes FILE --process 'cc1*' --format csv
  heaptally processes FILE --filter '*/libc.so*' who uses this)";

// The command line as given.
struct ProcessesOptions {
  std::string file;
  std::string limit = "0";
  std::string format = "text";
  FilterOptions filters;
};

void run_processes(const ProcessesOptions& options) {
  const Format format = parse_format(options.format);
  Query query;
  query.limit = parse_limit(options.limit);
  options.filters.apply_to(query);
  OpenRecording recording(options.file, options.filters);
  const Processes processes(recording.data());
  const ChosenProcesses chosen = choose_processes(recording.profile(), processes, query);
  answer(ProcessesReport{.profile = recording.profile(),
                         .processes = processes,
                         .query = query,
                         .chosen = chosen,
                         .style = output_style()},
         format);
}

}  // namespace

void add_processes_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("processes", "Show the tree of processes, and what each held");
  const auto options = std::make_shared<ProcessesOptions>();
  command->add_option("FILE", options->file, "The recording")->required();
  command
      ->add_option("--limit", options->limit,
                   "How many processes, those with the greatest peaks; 0 for all (0)")
      ->type_name("N");
  command->add_option("--format", options->format, "text, json or csv (text)")->type_name("FORMAT");
  options->filters.add_to(*command);
  command->footer(kProcessesExamples);
  command->callback([options, &status] {
    run_processes(*options);
    status = 0;
  });
}

}  // namespace heaptally
