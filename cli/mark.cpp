// heaptally mark: gives the present moment of a run a name, from outside.
#include <cstdint>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "core/collect/mark_request.h"

namespace heaptally {
namespace {

constexpr const char* kMarkExamples =
    R"(The process is recorded, by `heaptally record`, which may run in another terminal. It notices
nothing. What was live at the mark is then exact, like that of a mark which the program sets with
heaptally_mark() of heaptally/heaptally.h.

Examples:
  heaptally mark 1234 loaded                       now
  heaptally stats FILE --at mark:loaded            what was live then
  heaptally diff FILE --from mark:loaded --to end  what became of it)";

// The command line as given.
struct MarkOptions {
  std::int32_t pid = 0;
  std::string name;
};

}  // namespace

void add_mark_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("mark", "Give the present moment of a recorded process a name");
  const auto options = std::make_shared<MarkOptions>();
  command->add_option("PID", options->pid, "The process")->required()->check(CLI::PositiveNumber);
  command->add_option("NAME", options->name, "What to call the moment")->required();
  command->footer(kMarkExamples);
  command->callback([options, &status] {
    request_mark(options->pid, options->name);
    status = 0;
  });
}

}  // namespace heaptally
