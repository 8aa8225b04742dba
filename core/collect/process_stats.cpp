#include "core/collect/process_stats.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

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

std::vector<std::string> command_line(std::int32_t pid) {
  constexpr std::size_t kLongest = 64 * 1024;
  const std::string text = read_some(fmt::format("/proc/{}/cmdline", pid), kLongest);
  std::vector<std::string> arguments;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\0', begin), text.size());
    arguments.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return arguments;
}

std::string thread_name(std::int32_t pid, std::int32_t tid) {
  std::string name = read_some(fmt::format("/proc/{}/task/{}/comm", pid, tid), 64);
  if (!name.empty() && name.back() == '\n') name.pop_back();
  return name;
}

}  // namespace heaptally
