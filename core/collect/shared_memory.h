// SharedMemory: the collector's side of a process image's memory.
#pragma once

#include <cstdint>
#include <string>

#include "wire/layout.h"

namespace heaptally {

struct SharedMemoryOptions {
  wire::Clock clock = wire::Clock::kMonotonic;
  bool drop_when_full = false;
  bool verify_stacks = false;
  std::uint32_t max_depth = wire::kMaxDepth;
};

// Purpose: makes the sparse, size-sealed memfd, and reads it as if somebody scribbled on it:
//   every index is checked here, every value is copied before it is used.
// Owner: the collector. Errors: Error from the constructor if the kernel refuses.
class SharedMemory {
 public:
  explicit SharedMemory(const SharedMemoryOptions& options);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  int fd() const { return fd_; }
  wire::Header& header() { return *at<wire::Header>(0); }

  std::uint32_t lane_count();
  wire::Lane& lane(std::uint32_t index);  // index < kMaxLanes
  const wire::Event* main_slots(std::uint32_t lane);
  const wire::Event* nested_slots(std::uint32_t lane);

  // False: there is no such record or node, or it was not written.
  struct Module {
    std::uint64_t start, end, bias;
    bool is_executable;
    bool path_is_cut;
    std::string path;
    std::string build_id;  // lower-case hex
  };
  bool read_module(std::uint32_t index, Module& module);
  struct Node {
    wire::FrameKey key;
    wire::TraceIndex parent;
  };
  bool read_node(wire::TraceIndex index, Node& node);

 private:
  template <class T>
  T* at(std::uint64_t offset) {
    return reinterpret_cast<T*>(base_ + offset);
  }

  int fd_ = -1;
  char* base_ = nullptr;
};

}  // namespace heaptally
