// heaptally resolve: symbols that were missing when a program was recorded.
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/output.h"
#include "core/resolve/resolve.h"

namespace heaptally {
namespace {

constexpr const char* kResolveExamples =
    R"(Frames without a function or a line are resolved again, with the debug files given and with
what this machine has now; the recording is changed in one step, or, with -o, left as it is.

A PATH is a debug file, a program or library that was not stripped, or a folder with any of
these in it or below: a folder of build-id files, a build tree, the root of another system.
What belongs to a module has its build-id. Names decide only where the recording has no
build-id of a module, and the output says so.

If `heaptally record` itself was killed, most symbols are missing: run this where the program
and its libraries still are.

Examples:
  heaptally resolve FILE                                with what this machine has
  heaptally resolve FILE --debug program.debug          as made by objcopy --only-keep-debug
  heaptally resolve FILE --debug sysroot build/symbols  in folders
  heaptally resolve FILE --debug build -o better.heaptally)";

void run_resolve(const ResolveOptions& options) {
  const ResolveResult result = resolve(options);
  StandardOutput out;
  write_text(result, out.stream());
  out.finish();
}

}  // namespace

void add_resolve_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("resolve", "Fill in functions and lines that a recording lacks");
  const auto options = std::make_shared<ResolveOptions>();
  command->add_option("FILE", options->recording, "The recording")->required();
  command->add_option("--debug", options->debug_paths, "Where debug files are")
      ->type_name("PATH...");
  command->add_option("-o,--output", options->output, "Write another file instead")
      ->type_name("FILE");
  command->add_flag("-f,--force", options->overwrite, "Replace the output if it exists");
  command->footer(kResolveExamples);
  command->callback([options, &status] {
    run_resolve(*options);
    status = 0;
  });
}

}  // namespace heaptally
