// Watcher: notices at once what happens to the processes that are recorded.
#pragma once

#include <sys/signalfd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/collect/launcher.h"
#include "core/collect/listener.h"
#include "core/collect/process_stats.h"
#include "core/collect/session_page.h"
#include "core/collect/shared_memory.h"
#include "core/collect/tick_clock.h"

namespace heaptally {

// Something that happened, for the collector's thread.
struct Occurrence {
  enum class Kind {
    kImage,        // a process executed a program and was handed `memory`
    kNotFollowed,  // ... and was not: why is in `reason`
    kEnd,          // a watched process ended
    kSignal,       // heaptally itself got a signal
    kMark,         // somebody asked for a mark of process `pid`, with the name in `text`
  };
  Kind kind{};
  std::int32_t pid = 0;
  std::uint64_t stamp = 0;  // when; what the process did before has lower stamps
  // Of kImage and kNotFollowed:
  std::int32_t parent_pid = 0;
  std::string command;
  std::string reason;
  std::unique_ptr<SharedMemory> memory;
  MemoryUse use;  // before the program's main
  // Of kEnd: its status as wait() gives it, if that could be seen.
  std::optional<int> status;
  std::string text;  // of kMark
  // Of kSignal:
  signalfd_siginfo signal{};
};

struct WatcherOptions {
  std::int32_t root = 0;  // the first process, a child of this one
  bool follow = true;     // other processes than that as well
  SharedMemoryOptions memory;
};

// Purpose: a thread that answers process images at once (a program waits for that before its
//   main), watches processes for their end, and takes signals. Wakes the collector.
// Threads: all from the collector's. Errors: Error from the constructor.
class Watcher {
 public:
  Watcher(const WatcherOptions& options, Listener& listener, SignalQueue& signals,
          SessionPage& page, const TickClock& clock);
  // Nobody would answer any more, so the listener hangs up.
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // A process to be watched; if it is gone already, that is an occurrence too.
  void watch(std::int32_t pid);

  // What happened since the last call, in order.
  std::vector<Occurrence> take();
  bool has_any() const { return has_any_.load(std::memory_order_acquire); }

 private:
  void run();
  void wake_thread();
  void answer(const Listener::Caller& caller);
  void take_mark(const Listener::Caller& caller);
  void take_signals();
  void poll_unwatched();
  void report_end(std::int32_t pid);
  void put_end(std::int32_t pid);
  void put(Occurrence occurrence);

  WatcherOptions options_;
  Listener& listener_;
  SignalQueue& signals_;
  SessionPage& page_;
  const TickClock& clock_;
  int epoll_ = -1;
  int wake_ = -1;  // of the thread: to stop, or to begin to poll

  std::mutex mutex_;
  std::vector<Occurrence> occurrences_;            // guarded by mutex_
  std::unordered_map<std::int32_t, int> watched_;  // guarded by mutex_; pid -> pidfd, or -1
  std::atomic<bool> has_any_{false};
  std::atomic<std::size_t> without_descriptor_{0};  // of watched_
  std::atomic<bool> stops_{false};
  std::thread thread_;
};

}  // namespace heaptally
