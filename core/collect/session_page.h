// SessionPage: the page that all programs of a recording share with the collector.
#pragma once

#include <linux/futex.h>

#include "core/base/types.h"
#include "wire/layout.h"

namespace heaptally {

// Purpose: says that the collector is there and asleep; and, through a robust futex, that it has
//   died: the kernel marks the word when the thread that made this page ends, however it does.
// Owner: the collector, whose thread makes and destroys it. Errors: Error from the constructor.
// Threads: wake() from any; the rest from the owner's.
class SessionPage {
 public:
  SessionPage();
  ~SessionPage();
  SessionPage(const SessionPage&) = delete;
  SessionPage& operator=(const SessionPage&) = delete;

  int fd() const { return fd_; }

  // Says that a nap begins; what came in before must be looked at after this, and before nap().
  void lie_down();
  // Sleeps until woken, or for `duration`.
  void nap(Nanoseconds duration);
  void get_up();
  void wake();

  // From here on hooks pass everything through.
  void leave();

 private:
  // The kernel's list of futexes that a thread holds, with one entry. Both lie in private memory,
  // out of the programs' reach; only the futex word is shared.
  struct RobustList {
    robust_list_head head;
    robust_list entry;
  };
  void hold_futex();

  int fd_ = -1;
  wire::SessionPage* page_ = nullptr;
  RobustList robust_ = {};
  robust_list_head* former_list_ = nullptr;
};

}  // namespace heaptally
