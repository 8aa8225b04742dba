#include "core/collect/newcomers.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

namespace heaptally {
namespace {

// What /proc/PID/stat says.
struct Life {
  bool is_alive = false;
  std::uint64_t start = 0;  // in ticks of the kernel since it booted
};

Life life_of(std::int32_t pid) {
  constexpr std::uint64_t kKernelThread = 0x00200000;  // PF_KTHREAD
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  std::getline(file, line);
  // The command's name, in parentheses, may hold anything; field 3, the state, follows it.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(line.substr(name_end + 1));
  char state = 0;
  rest >> state;
  std::uint64_t flags = 0, start = 0;
  for (int field = 4; field <= 22; ++field) {
    std::string value;
    rest >> value;
    if (field == 9) flags = std::strtoull(value.c_str(), nullptr, 10);
    if (field == 22) start = std::strtoull(value.c_str(), nullptr, 10);
  }
  return {state != 'Z' && state != 'X' && (flags & kKernelThread) == 0, start};
}

Newcomers look_at(std::int32_t pid, const std::string& session) {
  std::ifstream file(fmt::format("/proc/{}/environ", pid), std::ios::binary);
  if (!file) return Newcomers::kNone;
  const std::string text(std::istreambuf_iterator<char>(file), {});
  if (text.find(session) != std::string::npos) return Newcomers::kSome;
  // It has none yet while the kernel loads a program; or it just ended.
  return text.empty() && life_of(pid).is_alive ? Newcomers::kUnclear : Newcomers::kNone;
}

}  // namespace

Newcomers look_for_newcomers(std::int32_t first, const std::string& session) {
  const std::uint64_t start = life_of(first).start;
  DIR* processes = opendir("/proc");
  if (processes == nullptr) return Newcomers::kNone;
  Newcomers found = Newcomers::kNone;
  for (const dirent* entry = readdir(processes); entry != nullptr && found != Newcomers::kSome;
       entry = readdir(processes)) {
    const auto pid = static_cast<std::int32_t>(std::strtol(entry->d_name, nullptr, 10));
    if (pid <= 0 || pid == getpid()) continue;
    const Life life = life_of(pid);
    if (!life.is_alive || life.start < start) continue;
    found = std::max(found, look_at(pid, session));
  }
  closedir(processes);
  return found;
}

}  // namespace heaptally
