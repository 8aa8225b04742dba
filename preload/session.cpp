#include "preload/session.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "preload/libunwind.h"
#include "preload/thread.h"

namespace heaptally::preload {

constinit Session g_session;
constinit std::atomic<bool> g_no_system_calls{false};
constinit std::atomic<std::size_t> g_mapped_bytes{0};

namespace {

constexpr std::uint32_t kFirstProcesses = 64;
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

// What comes with the collector's Welcome.
struct Descriptors {
  int memory = -1;
  int page = -1;
  int tie = -1;

  void close() const {
    if (memory >= 0) raw_syscall(SYS_close, memory);
    if (page >= 0) raw_syscall(SYS_close, page);
    if (tie >= 0) raw_syscall(SYS_close, tie);
  }
};

bool is_welcome(const wire::Welcome& welcome) {
  return welcome.magic == wire::kMagic && welcome.version == wire::kVersion &&
         welcome.answer == wire::Answer::kAccepted && welcome.file_bytes == wire::kFileBytes;
}

bool receive_memory(int socket, Descriptors& received) {
  wire::Welcome welcome = {};
  iovec data = {&welcome, sizeof(welcome)};
  constexpr std::size_t kBytes = wire::kWelcomeDescriptors * sizeof(int);
  alignas(cmsghdr) char control[CMSG_SPACE(kBytes)] = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  if (system_call(SYS_recvmsg, socket, &message, MSG_CMSG_CLOEXEC | MSG_WAITALL) !=
      static_cast<long>(sizeof(welcome))) {
    return false;
  }
  const cmsghdr* part = CMSG_FIRSTHDR(&message);
  if (part == nullptr || part->cmsg_type != SCM_RIGHTS || part->cmsg_len > CMSG_LEN(kBytes)) {
    return false;
  }
  // A process that is short of descriptors is given the first ones only.
  const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  int* const places[wire::kWelcomeDescriptors] = {&received.memory, &received.page, &received.tie};
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(places[i], CMSG_DATA(part) + i * sizeof(int), sizeof(int));
  }
  if (count != wire::kWelcomeDescriptors) return false;
  return is_welcome(welcome);
}

// The socket; -1 if nobody took it up.
int say_hello(const wire::Hello& hello, const sockaddr_un& address, std::size_t length) {
  const long socket = raw_syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  const timeval timeout = {kAnswerTimeout, 0};
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    raw_syscall(SYS_setsockopt, socket, SOL_SOCKET, option, reinterpret_cast<long>(&timeout),
                sizeof(timeout));
  }
  const bool is_said = system_call(SYS_connect, socket, &address, static_cast<long>(length)) == 0 &&
                       raw_syscall(SYS_sendto, socket, reinterpret_cast<long>(&hello),
                                   sizeof(hello), MSG_NOSIGNAL) == static_cast<long>(sizeof(hello));
  if (is_said) return static_cast<int>(socket);
  raw_syscall(SYS_close, socket);
  return -1;
}

// Mapped, and inherited, until the process ends or executes another program.
bool hold(int tie) {
  return raw_syscall(SYS_mmap, 0, wire::kPage, PROT_NONE, MAP_SHARED, tie, 0) > 0;
}

// The inode of this process's PID namespace; 0 if /proc does not tell. "pid:[4026531836]"
std::uint64_t pid_namespace() {
  char text[32] = {};
  raw_syscall(SYS_readlink, reinterpret_cast<long>("/proc/self/ns/pid"),
              reinterpret_cast<long>(text), sizeof(text) - 1);
  std::uint64_t inode = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') inode = inode * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return inode;
}

}  // namespace

int call_collector(char** environment) {
  const char* text = environment == nullptr ? nullptr : find_session(environment);
  if (text == nullptr) return -1;
  wire::Hello hello;
  sockaddr_un address;
  std::size_t length = 0;
  if (!parse_session(text, hello, address, length)) return -1;
  return say_hello(hello, address, length);
}

bool Session::connect(int socket) {
  Descriptors received;
  const bool accepted = receive_memory(socket, received);
  raw_syscall(SYS_close, socket);
  const bool mapped =
      accepted && map(received.memory, received.page) && hold(received.tie) && make_fork_detector();
  received.close();
  return mapped && claim_block(0);
}

bool Session::map(int memory, int page) {
  header_ = static_cast<wire::Header*>(map_shared(memory, 0, wire::kPage));
  page_ = static_cast<wire::SessionPage*>(map_shared(page, 0, wire::kPage));
  if (header_ == nullptr || page_ == nullptr ||
      !processes_.open(memory, wire::kProcessesOffset, kFirstProcesses) ||
      !lanes_.open(memory, wire::kLanesOffset, kFirstLanes) ||
      !modules_.open(memory, wire::kModulesOffset, kFirstModules) ||
      !nodes_.open(memory, wire::kNodesOffset, kFirstNodes) ||
      !buffers_.open(memory, wire::kRingsOffset, kFirstBuffers)) {
    return false;
  }
  use_time_stamp_counter_ = header_->clock == wire::Clock::kTimeStampCounter;
  verify_stacks_ = header_->verify_stacks != 0;
  max_depth_ = header_->max_depth;
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
  stage_.store(header_->starts_stopped != 0 ? Stage::kStopped : Stage::kRecording,
               std::memory_order_relaxed);
  block_->ready.store(1, std::memory_order_release);
}

// One CAS claims a block, so a process that is killed on the way harms nobody: the collector
// frees the block of whoever is dead.
bool Session::claim_block(std::uint32_t parent) {
  const std::uint32_t pid = current_pid();
  for (std::uint32_t i = 0; i < wire::kMaxProcesses; ++i) {
    wire::ProcessBlock* block = processes_.at(i);
    if (block == nullptr) return false;
    std::uint32_t free = 0;
    if (block->pid.load(std::memory_order_relaxed) != 0 ||
        !block->pid.compare_exchange_strong(free, pid, std::memory_order_acq_rel)) {
      continue;
    }
    block->parent = parent;
    // A forked process still has its parent's here, which may be gone.
    block->parent_pid = static_cast<std::int32_t>(forks_ == 0 ? raw_syscall(SYS_getppid) : pid_);
    block->pid_namespace = pid_namespace();
    block->stamp = now();
    std::uint32_t used = header_->processes.load(std::memory_order_relaxed);
    while (used <= i &&
           !header_->processes.compare_exchange_weak(used, i + 1, std::memory_order_acq_rel)) {
    }
    block_ = block;
    process_ = i;
    pid_ = pid;
    return true;
  }
  return false;
}

bool Session::enter_forked_process() {
  std::uint32_t wiped = 0;
  // Lost by a thread, or a signal handler, that comes while another does this.
  if (!own_process_->compare_exchange_strong(wiped, kEntering, std::memory_order_acq_rel)) {
    return wiped == kOwnProcess;
  }
  forget_threads_of_parent();
  note_fork_in_libunwind();
  threads_.store(0, std::memory_order_relaxed);
  ++forks_;
  const bool is_followed = header_->follow_forks != 0 && may_call_system() && claim_block(process_);
  if (!is_followed) {
    stop();
    counters().unrecorded_forks.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  block_->ready.store(1, std::memory_order_release);
  header_->claims.fetch_add(1, std::memory_order_release);
  own_process_->store(kOwnProcess, std::memory_order_release);
  wake_collector();
  return true;
}

bool Session::prepare_for_filter() {
  constexpr std::uint32_t kNodes = 1u << 18, kModules = 256;
  const std::uint32_t nodes = header_->nodes.load(std::memory_order_relaxed);
  const std::uint32_t modules = header_->modules.load(std::memory_order_relaxed);
  nodes_.at(std::min<std::uint32_t>(nodes + kNodes, wire::kMaxNodes - 1));
  modules_.at(std::min<std::uint32_t>(modules + kModules, wire::kMaxModules - 1));
  // Without the counter even the time takes a system call.
  return use_time_stamp_counter_;
}

bool Session::collector_is_there() {
  if (page_->mode.load(std::memory_order_relaxed) == wire::Mode::kRecord &&
      (page_->collector.load(std::memory_order_relaxed) & wire::SessionPage::kCollectorDied) == 0) {
    return true;
  }
  stop();
  return false;
}

}  // namespace heaptally::preload
