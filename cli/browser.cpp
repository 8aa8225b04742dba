#include "cli/browser.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "cli/output.h"

namespace heaptally {
namespace {

bool has_display() {
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return true;
  }
  return false;
}

// A browser writes much to the terminal that is no concern of the user's.
bool start(const char* program, const std::string& path) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
  }
  std::string words[] = {program, path};
  char* arguments[] = {words[0].data(), words[1].data(), nullptr};
  pid_t pid = 0;
  const int problem = posix_spawnp(&pid, program, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return problem == 0;
}

}  // namespace

void open_in_browser(const std::string& path) {
  const std::string whole = std::filesystem::absolute(path).string();
  if (has_display()) {
    constexpr std::array kOpeners = {"xdg-open", "sensible-browser", "x-www-browser"};
    for (const char* opener : kOpeners) {
      if (start(opener, whole)) return;
    }
  }
  tell(fmt::format("heaptally: {}: there is no browser to show it in here; open it yourself\n",
                   whole));
}

}  // namespace heaptally
