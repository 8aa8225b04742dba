// Interrupts: SIGINT, SIGTERM and SIGHUP end the window as closing it does.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace heaptally::view {

// Purpose: tells the window's loop of signals. There is one at a time.
// Threads: came() from any; `wake` is called on a thread of its own, as nothing that wakes a window
//   may be called by a signal's handler. Programs that are started get the usual handlers.
class Interrupts {
 public:
  explicit Interrupts(std::function<void()> wake);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  bool came() const { return came_; }

 private:
  void listen(int pipe);

  std::function<void()> wake_;
  std::atomic<bool> came_ = false;
  std::thread thread_;
};

}  // namespace heaptally::view
