#include "core/collect/mark_request.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "core/base/error.h"
#include "wire/handshake.h"

namespace heaptally {
namespace {

constexpr timeval kAnswerTime = {10, 0};

std::string subject_of(std::int32_t pid) { return fmt::format("process {}", pid); }

[[noreturn]] void refuse_unrecorded(std::int32_t pid) {
  throw Error(subject_of(pid), "is not being recorded",
              "give the PID of a process that heaptally record has started");
}

// The value of the session variable that the process was started with.
std::string session_of(std::int32_t pid) {
  if (kill(pid, 0) != 0 && errno == ESRCH) {
    throw Error(subject_of(pid), "does not exist", "check the PID");
  }
  std::ifstream file(fmt::format("/proc/{}/environ", pid), std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open() || file.bad()) {
    throw Error(subject_of(pid), "cannot be looked at (permission denied)",
                "set the mark as the user whose process it is");
  }
  const std::string name = std::string(wire::kSessionVariable) + "=";
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, rest.find('\0'));
    if (entry.starts_with(name)) return std::string(entry.substr(name.size()));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
  }
  refuse_unrecorded(pid);
}

// "<32 hex digits>:<socket>", see wire/handshake.h.
bool read_session(std::string_view text, wire::Hello& hello, std::string_view& socket_name) {
  constexpr std::size_t kDigits = std::size_t{2} * wire::kSecretBytes;
  if (text.size() <= kDigits + 1 || text[kDigits] != ':') return false;
  for (std::size_t i = 0; i < wire::kSecretBytes; ++i) {
    const char* digits = text.data() + 2 * i;
    const auto [end, problem] = std::from_chars(digits, digits + 2, hello.secret[i], 16);
    if (problem != std::errc() || end != digits + 2) return false;
  }
  socket_name = text.substr(kDigits + 1);
  return socket_name.size() < sizeof(sockaddr_un::sun_path);
}

class Socket {
 public:
  Socket() : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &kAnswerTime, sizeof(kAnswerTime));
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &kAnswerTime, sizeof(kAnswerTime));
  }
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  bool connect_to(std::string_view name) const {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    return connect(fd_, reinterpret_cast<const sockaddr*>(&address), length) == 0;
  }
  bool put(const wire::MarkRequest& request) const {
    return send(fd_, &request, sizeof(request), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(sizeof(request));
  }
  bool take(wire::Welcome& welcome) const {
    return recv(fd_, &welcome, sizeof(welcome), MSG_WAITALL) ==
           static_cast<ssize_t>(sizeof(welcome));
  }

 private:
  int fd_;
};

}  // namespace

void request_mark(std::int32_t pid, const std::string& name) {
  if (name.empty() || name.size() > wire::kMaxNoteText) {
    throw Error("the name of a mark",
                name.empty() ? "is empty" : fmt::format("has {} bytes", name.size()),
                fmt::format("give one of 1 to {}", wire::kMaxNoteText), ExitCode::kUsage);
  }
  wire::MarkRequest request = {};
  request.hello = {wire::kMarkMagic, wire::kVersion, sizeof(request), {}};
  request.pid = pid;
  request.name_bytes = static_cast<std::uint32_t>(name.size());
  std::memcpy(request.name, name.data(), name.size());
  const std::string session = session_of(pid);
  std::string_view socket_name;
  if (!read_session(session, request.hello, socket_name)) refuse_unrecorded(pid);
  const Socket socket;
  if (!socket.connect_to(socket_name)) {
    throw Error(subject_of(pid), "is not being recorded any more", "its recording has ended");
  }
  wire::Welcome welcome = {};
  if (!socket.put(request) || !socket.take(welcome) || welcome.magic != wire::kMagic) {
    throw Error(subject_of(pid), "its recording does not answer",
                "it may have ended just now, or be of another version of heaptally");
  }
  if (welcome.answer == wire::Answer::kOtherVersion) {
    throw Error(subject_of(pid), "is recorded by another version of heaptally",
                "set the mark with that one");
  }
}

}  // namespace heaptally
