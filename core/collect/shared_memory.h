// SharedMemory: the collector's side of a program's memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "wire/layout.h"

namespace heaptally {

struct SharedMemoryOptions {
  wire::Clock clock = wire::Clock::kMonotonic;
  bool drop_when_full = false;
  bool verify_stacks = false;
  bool follow_forks = true;
  bool starts_stopped = false;
  bool marks_exit = false;
  std::uint32_t max_depth = wire::kMaxDepth;
};

// Purpose: makes the sparse, size-sealed memfd, and reads it as if somebody scribbled on it:
//   every index is checked here, every value is copied before it is used. Maps what is in use,
//   so that many programs fit, and a limited address space does too.
// Owner: the collector. Threads: one at a time.
// Errors: Error from the constructor if the kernel refuses.
class SharedMemory {
 public:
  explicit SharedMemory(const SharedMemoryOptions& options);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  int fd() const { return fd_; }
  int tie() const { return tie_; }
  // Whether a process has it mapped, known or not. Once it is not, it never will be again.
  bool is_held() const;
  wire::Header& header() { return *at<wire::Header>(0); }

  std::uint32_t process_count();
  wire::ProcessBlock& process(std::uint32_t index);  // index < kMaxProcesses

  std::uint32_t lane_count();
  wire::Lane& lane(std::uint32_t index);  // index < kMaxLanes
  // The slots of the main ring, then those of the nested one; null if they cannot be mapped.
  const wire::Event* slots(std::uint32_t lane);
  // What a thread asked is answered where it waits for that.
  void answer(std::uint32_t lane, std::uint32_t question, std::int32_t problem,
              std::uint64_t first = 0, std::uint64_t second = 0);

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
  void create(const SharedMemoryOptions& options);
  void release();

  // Mapped from the start: everything before the trace nodes.
  static constexpr std::uint64_t kBaseBytes = wire::kNodesOffset;
  static constexpr std::uint64_t kNodesInChunk = 1u << 19;  // 16 MiB

  template <class T>
  T* at(std::uint64_t offset) {
    return reinterpret_cast<T*>(base_ + offset);
  }
  char* map(std::uint64_t offset, std::uint64_t bytes);

  int fd_ = -1;
  int tie_ = -1;  // see wire/handshake.h
  char* base_ = nullptr;
  std::vector<char*> node_chunks_;
  std::vector<char*> lane_slots_;
};

}  // namespace heaptally
