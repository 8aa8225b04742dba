// The shared memory of a program: one sparse, size-sealed memfd, made by the collector, mapped
// by both sides. A process image gets it when a program is executed; forked children inherit the
// mapping and share it, each with a process block of its own.
//
//   +---------------------------------------------------------------------+
//   | ASSUME THAT THE OTHER END SCRIBBLES ON THIS MEMORY. The recorded     |
//   | program has bugs; that is why it is being profiled. The collector    |
//   | copies, then validates, then uses; it keeps its own cursors.         |
//   +---------------------------------------------------------------------+
//
//   offset            what                      element
//   0                 Header                    one page
//   kProcessesOffset  process blocks            ProcessBlock
//   kLanesOffset      lane directory            Lane, one a thread
//   kModulesOffset    module table              ModuleRecord
//   kNodesOffset      trace table               TraceNode
//   kRingsOffset      ring buffers              kLaneBytes a lane: main ring, nested ring
//
// A second memfd of one page, the SessionPage, is the same for all programs of a recording.
//
// The shim keeps no descriptor. It maps the start of each region and grows each view
// with mremap(old, 0, larger, MREMAP_MAYMOVE), which maps a longer stretch of the same
// file beside the old one; nothing that is in use moves.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "wire/events.h"

namespace heaptally::wire {

inline constexpr std::uint64_t kMagic = 0x6c6c617470616568;  // "heaptall", little-endian
// Raised by any change to wire/. Shim and collector of different versions refuse each other.
inline constexpr std::uint32_t kVersion = 6;

inline constexpr std::uint64_t kPage = 4096;
inline constexpr std::uint64_t kMaxProcesses = 4096;  // alive at one time
inline constexpr std::uint64_t kMaxLanes = 8192;
inline constexpr std::uint64_t kMaxModules = 16384;  // fits FrameKey's 14 bits
inline constexpr std::uint64_t kMaxNodes = 1u << 24;
inline constexpr std::uint32_t kMaxDepth = 8192;
inline constexpr std::uint64_t kRingSlots = 32768;       // 1 MiB a thread
inline constexpr std::uint64_t kNestedRingSlots = 2048;  // 64 KiB a thread

// A frame's identity in 64 bits: where the code is, what kind of address it is, and which
// module record it lies in. A module record stands for one mapping at one time (its
// generation), so an address that is reused by another library gives another key.
//   bits 0-47 address, bits 48-61 module record, bits 62-63 kind
using FrameKey = std::uint64_t;

enum class FrameKind : std::uint8_t {
  kReturnAddress = 0,
  kExact = 1,  // interrupted by a signal at this address
  kCut = 2,    // stands for the outermost frames, which were cut off; address is 0
};

constexpr FrameKey frame_key(std::uint64_t address, std::uint32_t module, FrameKind kind) {
  return (address & 0xffff'ffff'ffff) | static_cast<std::uint64_t>(module) << 48 |
         static_cast<std::uint64_t>(kind) << 62;
}
constexpr std::uint64_t frame_address(FrameKey key) { return key & 0xffff'ffff'ffff; }
constexpr std::uint32_t frame_module(FrameKey key) {
  return static_cast<std::uint32_t>(key >> 48) & 0x3fff;
}
constexpr std::uint8_t frame_kind(FrameKey key) { return static_cast<std::uint8_t>(key >> 62); }

// A trace is a path from the root (node 0): `key` called from trace `parent`.
// `key` and `parent` are written before the node's index is first committed in a ring
// or linked, and never change. The links are the shim's: the children of a node form
// a binary trie on the hash of their keys, rooted at first_child.
struct TraceNode {
  FrameKey key;
  TraceIndex parent;
  std::atomic<TraceIndex> first_child;  // published with release, read with acquire
  std::atomic<TraceIndex> next[2];      // likewise
  std::uint32_t reserved[2];
};
static_assert(sizeof(TraceNode) == 32);
static_assert(std::atomic<TraceIndex>::is_always_lock_free);

// One mapping of one object. Written once by the shim, then published by `state`.
// Record 0 is never written: it stands for code that lies in no module.
struct ModuleRecord {
  static constexpr std::uint32_t kEmpty = 0;
  static constexpr std::uint32_t kWritten = 1;
  static constexpr std::size_t kMaxPath = 432;

  std::atomic<std::uint32_t> state;  // release by the shim, matched by the collector's acquire
  std::uint16_t path_length;         // bytes in `path`; kMaxPath: longer, look into /proc/PID/maps
  std::uint8_t build_id_length;
  std::uint8_t is_executable;  // the main program
  std::uint64_t start;         // first and past-the-end address of the mapping
  std::uint64_t end;
  std::uint64_t bias;  // run-time address minus ELF virtual address
  std::uint8_t build_id[40];
  std::uint64_t reserved;
  char path[kMaxPath];
};
static_assert(sizeof(ModuleRecord) == 512);

// A single-producer, single-consumer ring. Slot i lives at index i mod the ring's size.
struct RingHeader {
  // Written by the producer.
  alignas(64) std::atomic<std::uint64_t> head;  // slots ever committed: release by the producer,
                                                // acquire by the collector
  // 0, or a lower bound of the stamps of events that are being made and not committed yet.
  // Stored before stamping, cleared after committing. The collector tallies no event
  // later than the least `pending`; the time it also waits back from now (its slack)
  // outlasts any store buffer, so a plain store is enough.
  std::atomic<std::uint64_t> pending;
  // Written by the collector.
  alignas(64) std::atomic<std::uint64_t> tail;  // slots ever consumed: release by the collector,
                                                // acquire by the producer
  std::atomic<std::uint32_t> waiting;  // futex: set by a producer that sleeps on a full ring,
                                       // cleared by the collector before it wakes it
};
static_assert(sizeof(RingHeader) == 128);

// What the collector answers to the thread that owns a lane, which has one question open at a time.
struct LaneAnswer {
  static constexpr std::int32_t kAccepted = -1;  // the collector is at it; more will come

  // Futex: counts answers. Release by the collector, acquire by the thread.
  alignas(64) std::atomic<std::uint32_t> count;
  std::atomic<std::uint32_t> question;  // the number of the one that this answers
  std::atomic<std::int32_t> problem;    // an errno, 0 for none, or kAccepted
  std::atomic<std::uint64_t> values[2];
};
static_assert(sizeof(LaneAnswer) == 64);

// The rings of one thread: one for its events, a small one for events of signal
// handlers that interrupt a hook.
struct Lane {
  // Who owns the lane, see lane_owner(); 0: free. Claimed by CAS from 0, or from a thread of the
  // claimant's own process that is dead. The collector frees those of dead processes.
  alignas(64) std::atomic<std::uint64_t> owner;
  RingHeader main;
  RingHeader nested;
  LaneAnswer answer;
};
static_assert(sizeof(Lane) == 384);

constexpr std::uint64_t lane_owner(std::uint32_t process, std::uint32_t tid) {
  return static_cast<std::uint64_t>(process) << 32 | tid;
}
constexpr std::uint32_t owning_process(std::uint64_t owner) {
  return static_cast<std::uint32_t>(owner >> 32);
}
constexpr std::uint32_t owning_thread(std::uint64_t owner) {
  return static_cast<std::uint32_t>(owner);
}

enum class Clock : std::uint32_t {
  kMonotonic = 0,        // CLOCK_MONOTONIC, nanoseconds
  kTimeStampCounter = 1  // rdtscp; only if invariant and the same on all CPUs
};

// Why a frame's caller cannot be computed from sp, fp and a word on the stack, so that libunwind
// has to step there.
enum class FallbackCause : std::uint8_t {
  kOtherRegister,       // the CFA is an offset from another register
  kExpression,          // it is the result of a DWARF expression
  kReturnAddressPlace,  // the return address does not lie right below it
  kFramePointerPlace,   // the caller's fp was saved where no rule can say
  kNoStep,              // libunwind could not make sense of the call-frame information
  kNoLibunwind,         // it could not be asked: under a system call filter, for one
};
inline constexpr std::size_t kFallbackCauses = 6;

// What the shim counts of itself, with relaxed adds.
struct Counters {
  std::atomic<std::uint64_t> lost_events;    // dropped: ring full, no lane, nested too deeply
  std::atomic<std::uint64_t> waited_ns;      // by threads on full rings
  std::atomic<std::uint64_t> cut_stacks;     // deeper than max_depth
  std::atomic<std::uint64_t> broken_stacks;  // ended where no step was possible
  std::atomic<std::uint64_t> inner_events;   // calls that the real allocator itself made
  std::atomic<std::uint64_t> unrecorded_forks;
  std::atomic<std::uint64_t> verified_stacks;  // with verify_stacks: compared with libunwind
  std::atomic<std::uint64_t> wrong_stacks;     // of those, different
  // Stacks of which a frame had no rule, by the cause at the innermost such frame.
  std::atomic<std::uint64_t> fallback_stacks[kFallbackCauses];
};

// One process that records into this memory. Block 0 is the one that executed the program.
struct ProcessBlock {
  // 0: free. Claimed by CAS from 0 with the process's id as it sees itself; freed by the
  // collector once the process has ended and its events are tallied.
  alignas(64) std::atomic<std::uint32_t> pid;
  std::atomic<std::uint32_t> ready;  // 1 once the rest is written: release by the process,
                                     // acquire by the collector
  std::uint32_t parent;              // the block of the process that it was forked from
  std::int32_t parent_pid;           // as that sees itself, or of block 0, as this one sees it
  std::uint64_t pid_namespace;       // inode; 0: not known
  std::uint64_t stamp;               // when it was claimed
  std::atomic<std::uint32_t> exit;   // kExits | status, once it is about to exit by itself
  alignas(64) Counters counters;

  static constexpr std::uint32_t kExits = 0x100;
};
static_assert(sizeof(ProcessBlock) == 192);

struct Header {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t header_bytes;
  std::uint64_t file_bytes;

  // Configuration: written by the collector before the shim maps it.
  Clock clock;
  std::uint32_t drop_when_full;  // 1: never wait, drop and count
  std::uint32_t max_depth;       // frames of a stack, at most kMaxDepth
  std::uint32_t verify_stacks;   // 1: compare every stack with libunwind's own
  std::uint32_t follow_forks;    // 0: forked children run unrecorded
  std::uint32_t starts_stopped;  // 1: nothing is recorded until the program asks for it
  std::uint32_t marks_exit;      // 1: processes say when they begin to exit

  // Written by the shim.
  alignas(64) std::atomic<std::uint32_t> processes;  // blocks ever claimed: release by the
                                                     // shim, acquire by the collector
  std::atomic<std::uint32_t> claims;                 // how often one was claimed: likewise
  std::atomic<std::uint32_t> lanes;                  // ever claimed: likewise
  std::atomic<std::uint32_t> modules;                // records reserved, starting at 1
  std::atomic<std::uint32_t> nodes;                  // nodes reserved, starting at 1
  std::atomic<std::uint32_t> questions;              // ever asked: the next one's number
};
static_assert(sizeof(Header) <= kPage);

enum class Mode : std::uint32_t {
  kRecord = 0,
  kOff = 1,  // set by the collector that leaves: hooks pass everything through
};

// One page for all programs of a recording.
struct SessionPage {
  // Written by the collector.
  std::atomic<Mode> mode;
  // A robust futex that the collector holds from before the first program starts: the kernel
  // sets kCollectorDied when it ends, however it does.
  std::atomic<std::uint32_t> collector;
  // Futex: 1 while the collector sleeps; a producer that has much to drain clears it and wakes.
  alignas(64) std::atomic<std::uint32_t> sleeping;

  static constexpr std::uint32_t kCollectorDied = 0x40000000;  // FUTEX_OWNER_DIED
};
static_assert(sizeof(SessionPage) <= kPage);

inline constexpr std::uint64_t kLaneBytes = (kRingSlots + kNestedRingSlots) * sizeof(Event);
static_assert(kLaneBytes % kPage == 0);

inline constexpr std::uint64_t kProcessesOffset = kPage;
inline constexpr std::uint64_t kLanesOffset =
    kProcessesOffset + kMaxProcesses * sizeof(ProcessBlock);
inline constexpr std::uint64_t kModulesOffset = kLanesOffset + kMaxLanes * sizeof(Lane);
inline constexpr std::uint64_t kNodesOffset = kModulesOffset + kMaxModules * sizeof(ModuleRecord);
inline constexpr std::uint64_t kRingsOffset = kNodesOffset + kMaxNodes * sizeof(TraceNode);
inline constexpr std::uint64_t kFileBytes = kRingsOffset + kMaxLanes * kLaneBytes;
static_assert(kLanesOffset % kPage == 0 && kModulesOffset % kPage == 0 &&
              kNodesOffset % kPage == 0 && kRingsOffset % kPage == 0);

}  // namespace heaptally::wire
