#include "core/collect/process_stats.h"

#include <dirent.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

namespace heaptally {
namespace {

// The first bytes of a file in /proc; empty if it cannot be read.
std::string read_some(const std::string& path, std::size_t bytes = 4096) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return "";
  std::string text(bytes, '\0');
  const ssize_t count = read(fd, text.data(), text.size());
  close(fd);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

std::uint64_t number_at(const std::string& text, std::size_t position) {
  while (position < text.size() && (text[position] == ' ' || text[position] == '\t')) ++position;
  std::uint64_t value = 0;
  std::from_chars(text.data() + position, text.data() + text.size(), value);
  return value;
}

std::uint64_t status_field(std::int32_t pid, const char* name) {
  const std::string status = read_some(fmt::format("/proc/{}/status", pid));
  const std::string key = fmt::format("\n{}:", name);
  const std::size_t place = status.find(key);
  return place == std::string::npos ? 0 : number_at(status, place + key.size());
}

// The process that has a PID in that namespace; 0 if there is none to be seen.
std::int32_t find_in_namespace(std::int32_t pid, std::uint64_t wanted) {
  DIR* processes = opendir("/proc");
  if (processes == nullptr) return 0;
  std::int32_t found = 0;
  for (const dirent* entry = readdir(processes); entry != nullptr && found == 0;
       entry = readdir(processes)) {
    const auto candidate = static_cast<std::int32_t>(number_at(entry->d_name, 0));
    if (candidate == 0 || pid_namespace(candidate) != wanted) continue;
    // "NSpid:" and the process's id in each namespace, its own the last.
    const std::string status = read_some(fmt::format("/proc/{}/status", candidate));
    const std::size_t line = status.find("\nNSpid:");
    if (line == std::string::npos) continue;
    const std::size_t end = status.find('\n', line + 1);
    const std::size_t last = status.rfind('\t', end);
    if (static_cast<std::int32_t>(number_at(status, last)) == pid) found = candidate;
  }
  closedir(processes);
  return found;
}

}  // namespace

MemoryUse memory_use(std::int32_t pid) {
  static const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const std::string text = read_some(fmt::format("/proc/{}/statm", pid), 256);
  const std::size_t second = text.find(' ');
  if (second == std::string::npos) return {};
  return {number_at(text, second) * page, number_at(text, 0) * page};
}

std::uint64_t peak_rss(std::int32_t pid) { return status_field(pid, "VmHWM") * 1024; }

std::int32_t parent_pid(std::int32_t pid) {
  return static_cast<std::int32_t>(status_field(pid, "PPid"));
}

Nanoseconds cpu_time(std::int32_t pid) {
  clockid_t clock;
  timespec time;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

std::string joined_command_line(std::int32_t pid) {
  constexpr std::size_t kLongest = 64 * 1024;
  std::string text = read_some(fmt::format("/proc/{}/cmdline", pid), kLongest);
  if (!text.empty() && text.back() == '\0') text.pop_back();
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

std::uint64_t birth_tick(std::int32_t pid) {
  constexpr int kField = 20;  // counted from the state, which follows the name
  const std::string stat = read_some(fmt::format("/proc/{}/stat", pid));
  std::size_t place = stat.rfind(')');
  for (int field = 0; field < kField && place != std::string::npos; ++field) {
    place = stat.find(' ', place + 1);
  }
  return place == std::string::npos ? 0 : number_at(stat, place);
}

std::optional<int> zombie_status(std::int32_t pid) {
  const std::string stat = read_some(fmt::format("/proc/{}/stat", pid));
  // The command's name, in parentheses, may hold anything; the state follows it.
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= stat.size()) return std::nullopt;
  if (stat[name_end + 2] != 'Z') return std::nullopt;
  const std::size_t last = stat.rfind(' ');
  return static_cast<int>(number_at(stat, last));
}

std::uint64_t pid_namespace(std::int32_t pid) {
  char text[64] = {};
  // "pid:[4026531836]"
  if (readlink(fmt::format("/proc/{}/ns/pid", pid).c_str(), text, sizeof(text) - 1) <= 0) return 0;
  const char* number = std::strchr(text, '[');
  return number == nullptr ? 0 : number_at(text, static_cast<std::size_t>(number + 1 - text));
}

std::int32_t visible_pid(std::int32_t pid, std::uint64_t space) {
  static const std::uint64_t own_namespace = pid_namespace(getpid());
  return space == 0 || space == own_namespace ? pid : find_in_namespace(pid, space);
}

std::string thread_name(std::int32_t pid, std::int32_t tid) {
  std::string name = read_some(fmt::format("/proc/{}/task/{}/comm", pid, tid), 64);
  if (!name.empty() && name.back() == '\n') name.pop_back();
  return name;
}

}  // namespace heaptally
