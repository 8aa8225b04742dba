#include "core/collect/listener.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"

namespace heaptally {
namespace {

constexpr timeval kGreetingTime = {1, 0};

std::string hex(const std::uint8_t* bytes, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

[[noreturn]] void fail_socket(const char* what) {
  throw Error("session socket", fmt::format("{}: {}", what, std::strerror(errno)));
}

void send_welcome(int socket, const wire::Welcome& welcome,
                  const std::optional<Listener::Descriptors>& descriptors) {
  iovec data = {const_cast<wire::Welcome*>(&welcome), sizeof(welcome)};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(Listener::Descriptors))] = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (descriptors.has_value()) {
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(*descriptors));
    std::memcpy(CMSG_DATA(part), descriptors->data(), sizeof(*descriptors));
  }
  sendmsg(socket, &message, MSG_NOSIGNAL);
}

// The rest of what begins like a Hello.
bool hear_mark(int socket, const wire::Hello& hello, Listener::Caller& caller) {
  wire::MarkRequest request = {};
  constexpr std::size_t kRest = sizeof(request) - sizeof(hello);
  if (recv(socket, &request.pid, kRest, MSG_WAITALL) != static_cast<ssize_t>(kRest)) return false;
  if (hello.bytes != sizeof(request) || request.name_bytes > sizeof(request.name)) return false;
  caller.mark = std::string(request.name, request.name_bytes);
  caller.marked = request.pid;
  return true;
}

}  // namespace

Listener::Listener() {
  std::array<std::uint8_t, 8> name;
  if (getrandom(secret_.data(), secret_.size(), 0) != static_cast<ssize_t>(secret_.size()) ||
      getrandom(name.data(), name.size(), 0) != static_cast<ssize_t>(name.size())) {
    fail_socket("getrandom");
  }
  name_ = fmt::format("@heaptally-{}-{}", getpid(), hex(name.data(), name.size()));
  fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) fail_socket("socket");
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  // A leading zero byte makes the name abstract.
  std::memcpy(address.sun_path + 1, name_.data() + 1, name_.size() - 1);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
  if (bind(fd_, reinterpret_cast<sockaddr*>(&address), length) != 0) fail_socket("bind");
  if (listen(fd_, SOMAXCONN) != 0) fail_socket("listen");
  spare_ = fcntl(fd_, F_DUPFD_CLOEXEC, 0);
}

Listener::~Listener() {
  if (spare_ >= 0) close(spare_);
  if (fd_ >= 0) close(fd_);
}

void Listener::hang_up() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

std::string Listener::session() const { return hex(secret_.data(), secret_.size()) + ":" + name_; }

void Listener::for_each_caller(const std::function<void(const Caller&)>& visit) {
  while (true) {
    const int socket = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0 && (errno == EMFILE || errno == ENFILE) && spare_ >= 0) {
      // The kernel says so before it looks whether anybody waits.
      if (turn_one_away(visit)) continue;
    }
    if (socket < 0) return;
    Caller caller;
    if (hear(socket, caller)) visit(caller);
    close(socket);
  }
}

// Whoever calls would otherwise wait until it loses patience. False: nobody does.
bool Listener::turn_one_away(const std::function<void(const Caller&)>& visit) {
  close(spare_);
  const int socket = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  Caller caller;
  const bool is_ours = socket >= 0 && hear(socket, caller);
  if (socket >= 0) close(socket);
  spare_ = fcntl(fd_, F_DUPFD_CLOEXEC, 0);
  caller.socket = -1;
  // Whoever wants a mark learns that there is none from having no answer.
  if (caller.mark.has_value()) return socket >= 0;
  caller.gone = "heaptally had no file descriptor left";
  if (is_ours) visit(caller);
  return socket >= 0;
}

bool Listener::hear(int socket, Caller& caller) const {
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &kGreetingTime, sizeof(kGreetingTime));
  wire::Hello hello = {};
  if (recv(socket, &hello, sizeof(hello), MSG_WAITALL) != sizeof(hello)) return false;
  if (std::memcmp(hello.secret, secret_.data(), secret_.size()) != 0) return false;
  if (hello.magic == wire::kMarkMagic) {
    caller.socket = socket;
    caller.has_our_version = hello.version == wire::kVersion;
    // What follows may be laid out otherwise in another version.
    if (caller.has_our_version) return hear_mark(socket, hello, caller);
    caller.mark.emplace();
    return true;
  }
  if (hello.magic != wire::kMagic || hello.bytes != sizeof(hello)) return false;
  ucred credentials = {};
  socklen_t length = sizeof(credentials);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return false;
  char more;
  const bool has_hung_up = recv(socket, &more, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
  caller.socket = socket;
  caller.pid = credentials.pid;
  caller.has_our_version = hello.version == wire::kVersion;
  caller.gone = has_hung_up ? "heaptally did not answer in time" : "";
  return true;
}

void Listener::welcome(const Caller& caller, const std::optional<Descriptors>& descriptors) {
  wire::Answer answer =
      descriptors.has_value() ? wire::Answer::kAccepted : wire::Answer::kNotFollowed;
  if (!caller.has_our_version) answer = wire::Answer::kOtherVersion;
  send_welcome(caller.socket, {wire::kMagic, wire::kVersion, answer, wire::kFileBytes},
               descriptors);
}

void Listener::confirm_mark(const Caller& caller) {
  const wire::Answer answer =
      caller.has_our_version ? wire::Answer::kAccepted : wire::Answer::kOtherVersion;
  send_welcome(caller.socket, {wire::kMagic, wire::kVersion, answer, wire::kFileBytes},
               std::nullopt);
}

}  // namespace heaptally
