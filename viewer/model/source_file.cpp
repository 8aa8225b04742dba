#include "viewer/model/source_file.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/report/annotation_report.h"

namespace heaptally::view {
namespace {

constexpr std::array<std::string_view, 9> kOfTerminal = {"vi", "vim",   "nvim", "nano", "micro",
                                                         "hx", "helix", "joe",  "ne"};
constexpr const char* kTerminal = "x-terminal-emulator";

bool is_there(const std::filesystem::path& path) {
  std::error_code problem;
  return std::filesystem::is_regular_file(path, problem);
}

std::string environment(const char* name) {
  // Nobody changes the environment while the window is open.
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? "" : value;
}

bool is_on_path(std::string_view program) {
  const std::string path = environment("PATH");
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t end = std::min(path.find(':', from), path.size());
    if (is_there(std::filesystem::path(path.substr(from, end - from)) / program)) return true;
    from = end + 1;
  }
  return false;
}

}  // namespace

FoundSource find_source_file(std::string_view file, const std::string& working_directory,
                             const SourcePaths& paths) {
  FoundSource found;
  const auto is_found = [&](const std::string& path) {
    found.tried.push_back(path);
    if (!is_there(path)) return false;
    found.path = path;
    return true;
  };
  for (const auto& [beginning, instead] : paths) {
    // Nothing is the beginning of paths that begin nowhere.
    const bool is_of_it = beginning.empty() ? !file.starts_with('/') : file.starts_with(beginning);
    if (is_of_it && is_found(instead + std::string(file.substr(beginning.size())))) {
      return found;
    }
  }
  found.path = source_on_disk(file, working_directory, "");
  // With the way back and forth taken out, as far as links allow.
  std::error_code problem;
  if (found.path.find("/../") != std::string::npos) {
    const auto direct = std::filesystem::canonical(found.path, problem);
    if (!problem) found.path = direct.string();
  }
  found.tried.emplace_back(file);
  if (!file.starts_with('/') && !working_directory.empty()) {
    found.tried.push_back((std::filesystem::path(working_directory) / file).string());
  }
  return found;
}

std::pair<std::string, std::string> replacement_for(std::string_view file, std::string_view path) {
  std::size_t same = 0;
  const std::size_t most = std::min(file.size(), path.size());
  while (same < most && file[file.size() - 1 - same] == path[path.size() - 1 - same]) ++same;
  // Whole names of folders.
  std::string_view end = file.substr(file.size() - same);
  const std::size_t slash = end.find('/');
  const bool is_whole =
      same == file.size() && (same == path.size() || path[path.size() - same - 1] == '/');
  if (!is_whole) end = slash == std::string_view::npos ? std::string_view() : end.substr(slash);
  return {std::string(file.substr(0, file.size() - end.size())),
          std::string(path.substr(0, path.size() - end.size()))};
}

std::vector<std::string> words_of(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  bool is_in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    const bool escapes = c == '\\' && quote != '\'' && i + 1 < command.size();
    if (escapes) {
      word += command[++i];
      is_in_word = true;
    } else if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      is_in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (is_in_word) words.push_back(std::exchange(word, {}));
      is_in_word = false;
    } else {
      word += c;
      is_in_word = true;
    }
  }
  if (is_in_word) words.push_back(word);
  return words;
}

std::vector<std::string> editor_command(const std::string& editor, const std::string& path,
                                        std::uint32_t line) {
  std::string command = editor;
  if (command.empty()) command = environment("VISUAL");
  if (command.empty()) command = environment("EDITOR");
  std::vector<std::string> words = words_of(command);
  if (words.empty()) return words;
  const std::string name = std::filesystem::path(words.front()).filename().string();
  const std::string number = std::to_string(line);
  if (line == 0) {
    words.push_back(path);
  } else if (name == "code" || name == "codium") {
    words.insert(words.end(), {"--goto", path + ":" + number});
  } else if (name == "subl" || name == "zed") {
    words.push_back(path + ":" + number);
  } else {
    words.insert(words.end(), {"+" + number, path});
  }
  const bool needs_terminal =
      std::find(kOfTerminal.begin(), kOfTerminal.end(), name) != kOfTerminal.end();
  if (needs_terminal && is_on_path(kTerminal)) words.insert(words.begin(), {kTerminal, "-e"});
  return words;
}

void start_detached(const std::vector<std::string>& words) {
  if (words.empty()) return;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  // posix_spawnp does not write to them.
  for (const std::string& word : words)
    arguments.push_back(
        const_cast<char*>(word.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  // What it reads and what ends our terminal's session is not its business.
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  pid_t child = 0;
  const int problem =
      posix_spawnp(&child, words.front().c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) {
    throw Error(words.front(), "cannot be started: " + std::generic_category().message(problem),
                "set $VISUAL to your editor");
  }
  // Somebody has to take its exit status, whenever that is.
  std::thread([child] { waitpid(child, nullptr, 0); }).detach();
}

}  // namespace heaptally::view
