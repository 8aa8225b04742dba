// An atomic counter: reading, adding and writing are one step of the processor.
#include <atomic>
#include <cstdint>

#include "samples/threads/workers.h"

namespace {

class Counter {
 public:
  // Relaxed: no other memory has to be seen in order, only each number drawn once.
  std::uint64_t next() { return value_.fetch_add(1, std::memory_order_relaxed) + 1; }

  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t share = samples::share_argument(argc, argv);
  Counter counter;
  return samples::draw_and_report(counter, share);
}
