// A counter that loses updates: two threads read the same number, and both write the next one.
// Fixed in mutex.cpp and atomic.cpp.
#include <atomic>
#include <cstdint>
#include <latch>
#include <thread>

#include "samples/threads/workers.h"

namespace {

// `++value` of a plain integer does the same three steps: read, add, write. As a data race that
// would be undefined, and the compiler free to turn a loop of them into one addition. Here each
// step is atomic, and well defined; only the three together are not.
class Counter {
 public:
  std::uint64_t next() {
    const std::uint64_t read = value_.load(std::memory_order_relaxed);
    if (read == 0) {
      // The first time it is arranged: all have read 0 before one of them writes 1. So at least
      // three updates are lost in each run, whatever the machine.
      all_have_read_.arrive_and_wait();
    } else {
      std::this_thread::yield();  // and now another thread may do all of this
    }
    value_.store(read + 1, std::memory_order_relaxed);
    return read + 1;
  }

  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
  std::latch all_have_read_{samples::kWorkers};
};

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t share = samples::share_argument(argc, argv);
  Counter counter;
  return samples::draw_and_report(counter, share);
}
