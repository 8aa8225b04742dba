// A counter behind a mutex: whoever holds it reads, adds and writes before anybody else reads.
#include <cstdint>
#include <mutex>

#include "samples/threads/workers.h"

namespace {

class Counter {
 public:
  std::uint64_t next() {
    const std::scoped_lock lock(mutex_);
    return ++value_;
  }

  std::uint64_t value() const {
    const std::scoped_lock lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  std::uint64_t value_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t share = samples::share_argument(argc, argv);
  Counter counter;
  return samples::draw_and_report(counter, share);
}
