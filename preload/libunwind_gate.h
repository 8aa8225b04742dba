// InsideLibunwind: counts the threads inside libunwind, so that a fork can keep out of its way.
// What the rest of the shim has of the gate is in libunwind.h.
#pragma once

namespace heaptally::preload {

// Held around every use of libunwind. Waits, at most some 20 ms, while a thread is about to fork.
class InsideLibunwind {
 public:
  InsideLibunwind();
  ~InsideLibunwind();
  InsideLibunwind(const InsideLibunwind&) = delete;
  InsideLibunwind& operator=(const InsideLibunwind&) = delete;
};

}  // namespace heaptally::preload
