// ErrnoKeeper: errno as it was, at the end of a scope.
#pragma once

#include <cerrno>

namespace heaptally::preload {

class ErrnoKeeper {
 public:
  ErrnoKeeper() : place_(&errno), value_(*place_) {}
  ~ErrnoKeeper() { *place_ = value_; }
  ErrnoKeeper(const ErrnoKeeper&) = delete;
  ErrnoKeeper& operator=(const ErrnoKeeper&) = delete;

 private:
  int* place_;
  int value_;
};

}  // namespace heaptally::preload
