// Ids and amounts that every part of heaptally's core speaks in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace heaptally {

// Dense, zero-based ids: each is an index into the table of its kind in a recording.
enum class ProcessId : std::uint32_t {};
enum class TaskId : std::uint32_t {};
enum class ModuleId : std::uint32_t {};
enum class FrameId : std::uint32_t {};
enum class TraceId : std::uint32_t {};
enum class TallyId : std::uint32_t {};
enum class DomainId : std::uint32_t {};

template <class Id>
constexpr std::size_t index_of(Id id) {
  return static_cast<std::size_t>(id);
}

// Trace 0 is the root: the empty stack, and its own parent.
inline constexpr TraceId kRootTrace{0};
// Module 0 stands for code that lies in no file: JIT output, the unknown.
inline constexpr ModuleId kNoModule{0};
// Where memory comes from: the C allocator, ...
inline constexpr DomainId kHeapDomain{0};
// ... mmap and its like, called by the program, or by the allocator itself for its own use. Those
// that a program names come after these.
inline constexpr DomainId kMappedDomain{1};
inline constexpr DomainId kAllocatorDomain{2};

// Moments and durations of a recording: nanoseconds since it started.
using Nanoseconds = std::chrono::nanoseconds;
// Ends the range of those that a recording may hold, about 73 years: sums of a few do not overflow.
inline constexpr std::int64_t kMostTime = std::int64_t{1} << 61;

// A size and a count: what every metric is made of.
struct Amount {
  std::uint64_t bytes = 0;
  std::uint64_t count = 0;

  constexpr Amount& operator+=(Amount other) {
    bytes += other.bytes;
    count += other.count;
    return *this;
  }
  // Wraps below zero like the integers it is made of; callers keep live >= 0.
  constexpr Amount& operator-=(Amount other) {
    bytes -= other.bytes;
    count -= other.count;
    return *this;
  }
  friend constexpr Amount operator+(Amount a, Amount b) { return a += b; }
  friend constexpr Amount operator-(Amount a, Amount b) { return a -= b; }
  friend constexpr bool operator==(Amount, Amount) = default;
};

// The size class of an allocation is the bit width of its size: class 0 holds
// size 0, class k holds the sizes [2^(k-1), 2^k).
enum class SizeClass : std::uint8_t {};
inline constexpr std::size_t kSizeClasses = 65;

}  // namespace heaptally
