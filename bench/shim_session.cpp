#include "bench/shim_session.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "core/base/error.h"
#include "core/collect/listener.h"
#include "preload/libunwind.h"
#include "preload/loader.h"
#include "preload/modules.h"
#include "preload/session.h"
#include "preload/thread.h"
#include "preload/trace_table.h"

namespace heaptally {
namespace {

// The answer to a shim that calls. From a forked child: the shim waits for it, and a thread would
// leave this process with the stamps of one that has threads.
pid_t answer_one_call(Listener& listener, const Listener::Descriptors& descriptors) {
  const pid_t child = fork();
  if (child != 0) return child;
  pollfd waiting = {listener.fd(), POLLIN, 0};
  poll(&waiting, 1, 10'000);
  listener.for_each_caller(
      [&](const Listener::Caller& caller) { Listener::welcome(caller, descriptors); });
  _exit(0);
}

}  // namespace

ShimSession& ShimSession::instance() {
  static ShimSession session;
  return session;
}

ShimSession::ShimSession() : memory_({.clock = clock_.kind()}) {
  using namespace preload;
  if (!find_loader()) throw Error("shim", "this C library's loader is too old for it");
  connect();
  g_loader.is_single_threaded = &is_single_threaded_;
  g_modules.open();
  if (!open_trace_table() || !load_libunwind() || !set_up_libunwind()) {
    throw Error("shim", "libunwind cannot be loaded", "install the package libunwind8");
  }
  g_session.start();
  HookGuard guard(__builtin_frame_address(0));
  channel_ = guard.channel();
  if (channel_ == nullptr) throw Error("shim", "the thread got no lane");
}

void ShimSession::connect() {
  Listener listener;
  const pid_t child = answer_one_call(listener, {memory_.fd(), page_.fd(), memory_.tie()});
  if (child < 0) throw Error("shim", "cannot fork");
  std::string session = std::string(wire::kSessionVariable) + "=" + listener.session();
  char* environment[] = {session.data(), nullptr};
  const bool is_connected = preload::g_session.connect(preload::call_collector(environment));
  waitpid(child, nullptr, 0);
  if (!is_connected) throw Error("shim", "the handshake failed");
}

void ShimSession::drain() {
  wire::RingHeader& ring = memory_.lane(0).main;
  ring.tail.store(ring.head.load(std::memory_order_acquire), std::memory_order_release);
}

}  // namespace heaptally
