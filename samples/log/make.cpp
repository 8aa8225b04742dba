// Writes a log of a server's logins, the same one every time, for the samples that read one:
//   make MIB FILE
// Prints what is in it.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string_view>

#include "samples/support/sample.h"

namespace {

constexpr std::uint64_t kMaxMebibytes = 64 * 1024;
constexpr std::size_t kLongestLine = 200;

constexpr std::array kUsers = {"root", "admin",  "alice", "bob",   "carol",  "postgres",
                               "git",  "oracle", "test",  "guest", "deploy", "backup"};

// What was written.
struct Contents {
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
  std::uint64_t longest = 0;  // bytes of a line, without its end
  std::uint64_t failed_logins = 0;
};

// Who connected from where. In braces its numbers are drawn in this order, whatever the compiler.
struct Peer {
  unsigned a, b, c, port;
};

// Purpose: one line after the other. The numbers of mt19937 are the same everywhere.
class LogLines {
 public:
  // The line with its end, valid until the next one; one in eight is a failed login.
  std::string_view next() {
    ++second_;
    int length = stamp();
    is_failed_login_ = below(8) == 0;
    length += is_failed_login_ ? failed_login(length) : other(length);
    line_[length++] = '\n';
    return {line_.data(), static_cast<std::size_t>(length)};
  }

  bool is_failed_login() const { return is_failed_login_; }

 private:
  const char* user() { return kUsers[below(kUsers.size())]; }
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  Peer peer() { return Peer{below(256), below(256), below(256), 1024 + below(60000)}; }

  template <class... Values>
  int add(int at, const char* format, Values... values) {
    return std::snprintf(line_.data() + at, line_.size() - static_cast<std::size_t>(at), format,
                         values...);
  }

  int stamp() {
    const unsigned day = second_ / 86400 % 28 + 1, hour = second_ / 3600 % 24;
    return add(0, "2026-03-%02uT%02u:%02u:%02u gate sshd[%u]: ", day, hour, second_ / 60 % 60,
               second_ % 60, 1000 + below(30000));
  }

  int failed_login(int at) {
    const char* const unknown = below(4) == 0 ? "invalid user " : "";
    const char* const who = user();
    const Peer from = peer();
    return add(at, "Failed password for %s%s from 10.%u.%u.%u port %u ssh2", unknown, who, from.a,
               from.b, from.c, from.port);
  }

  int accepted(int at) {
    const char* const who = user();
    const Peer from = peer();
    return add(at, "Accepted publickey for %s from 10.%u.%u.%u port %u ssh2: SHA256:%08x", who,
               from.a, from.b, from.c, from.port, below(0xffffffff));
  }

  int other(int at) {
    switch (below(4)) {
      case 0:
        return accepted(at);
      case 1:
        return add(at, "pam_unix(sshd:session): session opened for user %s by (uid=0)", user());
      case 2:
        return add(at, "pam_unix(sshd:session): session closed for user %s", user());
      default: {
        const Peer from = peer();
        return add(at, "Connection closed by 10.%u.%u.%u port %u [preauth]", from.a, from.b, from.c,
                   from.port);
      }
    }
  }

  std::mt19937 random_{1};
  unsigned second_ = 0;
  bool is_failed_login_ = false;
  std::array<char, kLongestLine> line_{};
};

// As many whole lines as have room; false if they could not be written.
bool write_log(std::FILE* file, std::uint64_t room, Contents& contents) {
  LogLines lines;
  for (;;) {
    const std::string_view line = lines.next();
    if (contents.bytes + line.size() > room) return true;
    if (std::fwrite(line.data(), 1, line.size(), file) != line.size()) return false;
    ++contents.lines;
    contents.bytes += line.size();
    contents.longest = std::max<std::uint64_t>(contents.longest, line.size() - 1);
    contents.failed_logins += lines.is_failed_login() ? 1 : 0;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto [mebibytes, name] =
      samples::number_and_file(argc, argv, {.name = "MIB", .usual = 0, .most = kMaxMebibytes});
  std::FILE* const file = std::fopen(name, "w");
  Contents contents;
  bool is_written = file != nullptr && write_log(file, mebibytes << 20, contents);
  if (file != nullptr) is_written = std::fclose(file) == 0 && is_written;
  if (!is_written) {
    std::fprintf(stderr, "%s: %s\n", name, std::strerror(errno));
    return EXIT_FAILURE;
  }
  samples::say("lines", contents.lines);
  samples::say("bytes", contents.bytes);
  samples::say("longest", contents.longest);
  samples::say("failed_logins", contents.failed_logins);
  return samples::finished();
}
