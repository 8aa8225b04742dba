// heaptally view: the window, which is a program of its own.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "core/base/error.h"

namespace heaptally {
namespace {

// The program beside this one.
std::filesystem::path viewer_path() {
  std::error_code problem;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", problem);
  return self.parent_path() / "heaptally-view";
}

[[noreturn]] void become_viewer(std::vector<std::string> words) {
  std::string program = viewer_path().string();
  words.insert(words.begin(), program);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execv(program.c_str(), arguments.data());
  if (errno == ENOENT) {
    throw Error(program, "is not installed",
                "use heaptally summary, stats and tree in the terminal, or heaptally report for a "
                "page of HTML");
  }
  throw Error(program, std::string("cannot be run: ") + std::strerror(errno));
}

}  // namespace

void add_view_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("view", "Show a recording, or two, in a window");
  // Whatever follows is heaptally-view's own, --help too.
  command->set_help_flag();
  command->prefix_command();
  command->callback([command] { become_viewer(command->remaining()); });
}

}  // namespace heaptally
