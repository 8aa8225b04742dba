#include "preload/session.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

namespace heaptally::preload {

constinit Session g_session;

namespace {

constexpr std::uint32_t kFirstLanes = 64;
constexpr std::uint32_t kFirstModules = 64;
constexpr std::uint32_t kFirstNodes = 4096;
constexpr std::uint32_t kFirstBuffers = 1;

// A collector that does not answer within this many seconds is none.
constexpr int kAnswerTimeout = 10;

const char* find_session(char** environment) {
  const std::size_t length = sizeof(wire::kSessionVariable) - 1;
  for (char** entry = environment; *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, wire::kSessionVariable, length) == 0 && (*entry)[length] == '=') {
      return *entry + length + 1;
    }
  }
  return nullptr;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// "<32 hex digits>:<socket>" into a Hello and an address.
bool parse_session(const char* text, wire::Hello& hello, sockaddr_un& address,
                   std::size_t& length) {
  hello = {wire::kMagic, wire::kVersion, sizeof(wire::Hello), {}};
  for (std::uint32_t i = 0; i < wire::kSecretBytes; ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);
    if (low < 0) return false;
    hello.secret[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  text += 2 * wire::kSecretBytes;
  if (*text++ != ':') return false;
  address = {};
  address.sun_family = AF_UNIX;
  const std::size_t name = std::strlen(text);
  if (name == 0 || name >= sizeof(address.sun_path)) return false;
  std::memcpy(address.sun_path, text, name);
  // "@name": a name in the abstract namespace, which begins with a zero byte.
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  length = offsetof(sockaddr_un, sun_path) + name;
  return true;
}

long system_call(long number, long a, const void* b, long c) {
  return raw_syscall(number, a, reinterpret_cast<long>(b), c);
}

// The memfd that comes with the collector's Welcome, or a negative number.
int receive_memory(int socket, wire::Welcome& welcome) {
  iovec data = {&welcome, sizeof(welcome)};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  if (system_call(SYS_recvmsg, socket, &message, MSG_CMSG_CLOEXEC | MSG_WAITALL) !=
      static_cast<long>(sizeof(welcome))) {
    return -1;
  }
  const cmsghdr* part = CMSG_FIRSTHDR(&message);
  if (part == nullptr || part->cmsg_type != SCM_RIGHTS) return -1;
  int fd;
  std::memcpy(&fd, CMSG_DATA(part), sizeof(fd));
  const bool fits = welcome.magic == wire::kMagic && welcome.version == wire::kVersion &&
                    welcome.answer == wire::Answer::kAccepted &&
                    welcome.file_bytes == wire::kFileBytes;
  if (fits) return fd;
  raw_syscall(SYS_close, fd);
  return -1;
}

int shake_hands(const wire::Hello& hello, const sockaddr_un& address, std::size_t length) {
  const long socket = raw_syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  int fd = -1;
  const timeval timeout = {kAnswerTimeout, 0};
  raw_syscall(SYS_setsockopt, socket, SOL_SOCKET, SO_RCVTIMEO, reinterpret_cast<long>(&timeout),
              sizeof(timeout));
  wire::Welcome welcome = {};
  if (system_call(SYS_connect, socket, &address, static_cast<long>(length)) == 0 &&
      raw_syscall(SYS_sendto, socket, reinterpret_cast<long>(&hello), sizeof(hello),
                  MSG_NOSIGNAL) == static_cast<long>(sizeof(hello))) {
    fd = receive_memory(static_cast<int>(socket), welcome);
  }
  raw_syscall(SYS_close, socket);
  return fd;
}

}  // namespace

bool Session::connect(char** environment) {
  const char* text = environment == nullptr ? nullptr : find_session(environment);
  if (text == nullptr) return false;
  wire::Hello hello;
  sockaddr_un address;
  std::size_t length = 0;
  if (!parse_session(text, hello, address, length)) return false;
  const int fd = shake_hands(hello, address, length);
  if (fd < 0) return false;
  const bool mapped = map(fd) && make_fork_detector();
  raw_syscall(SYS_close, fd);
  return mapped;
}

bool Session::map(int fd) {
  header_ = static_cast<wire::Header*>(map_shared(fd, 0, wire::kPage));
  if (header_ == nullptr || !lanes_.open(fd, wire::kLanesOffset, kFirstLanes) ||
      !modules_.open(fd, wire::kModulesOffset, kFirstModules) ||
      !nodes_.open(fd, wire::kNodesOffset, kFirstNodes) ||
      !buffers_.open(fd, wire::kRingsOffset, kFirstBuffers)) {
    return false;
  }
  use_time_stamp_counter_ = header_->clock == wire::Clock::kTimeStampCounter;
  verify_stacks_ = header_->verify_stacks != 0;
  max_depth_ = header_->max_depth;
  pid_ = current_pid();
  return true;
}

bool Session::make_fork_detector() {
  void* page = map_private(wire::kPage);
  if (page == nullptr) return false;
  if (raw_syscall(SYS_madvise, reinterpret_cast<long>(page), wire::kPage, MADV_WIPEONFORK) != 0) {
    return false;
  }
  own_process_ = static_cast<std::atomic<std::uint32_t>*>(page);
  own_process_->store(kOwnProcess, std::memory_order_relaxed);
  return true;
}

void Session::start() {
  stage_.store(Stage::kRecording, std::memory_order_relaxed);
  header_->ready.store(1, std::memory_order_release);
}

void Session::leave_to_parent() {
  if (stage() != Stage::kRecording) return;
  stop();
  counters().unrecorded_forks.fetch_add(1, std::memory_order_relaxed);
}

bool Session::collector_is_there() {
  if (header_->mode.load(std::memory_order_relaxed) == wire::Mode::kRecord &&
      !process_is_dead(header_->collector_pid)) {
    return true;
  }
  stop();
  return false;
}

}  // namespace heaptally::preload
