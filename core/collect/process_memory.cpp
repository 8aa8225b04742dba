#include "core/collect/process_memory.h"

#include <signal.h>

#include <cerrno>
#include <new>

namespace heaptally {
namespace {

// Calls visit(lane) for those of the threads of a process.
template <class Visit>
void for_each_lane(SharedMemory& memory, std::uint32_t block, Visit visit) {
  for (std::uint32_t i = 0; i < memory.lane_count(); ++i) {
    wire::Lane& lane = memory.lane(i);
    const std::uint64_t owner = lane.owner.load(std::memory_order_relaxed);
    if (owner != 0 && wire::owning_process(owner) == block) visit(lane);
  }
}

void free_block(wire::ProcessBlock& block) {
  block.ready.store(0, std::memory_order_relaxed);
  block.exit.store(0, std::memory_order_relaxed);
  new (&block.counters) wire::Counters{};
  block.pid.store(0, std::memory_order_release);
}

}  // namespace

bool is_plausible(const wire::ProcessBlock& block, std::uint64_t begin, std::uint64_t now) {
  constexpr std::uint32_t kLargestPid = 1u << 22;  // the kernel's own limit
  return block.pid.load(std::memory_order_relaxed) <= kLargestPid && block.stamp >= begin &&
         block.stamp <= now && block.parent < wire::kMaxProcesses;
}

void give_up_pending(SharedMemory& memory, std::uint32_t block) {
  for_each_lane(memory, block, [](wire::Lane& lane) {
    lane.main.pending.store(0, std::memory_order_relaxed);
    lane.nested.pending.store(0, std::memory_order_relaxed);
  });
}

void release(SharedMemory& memory, std::uint32_t block) {
  for_each_lane(memory, block,
                [](wire::Lane& lane) { lane.owner.store(0, std::memory_order_release); });
  free_block(memory.process(block));
}

void free_dead_claims(ImageFamily& family) {
  SharedMemory& memory = family.memory();
  for (std::uint32_t index = 0; index < memory.process_count(); ++index) {
    wire::ProcessBlock& block = memory.process(index);
    const auto pid = static_cast<std::int32_t>(block.pid.load(std::memory_order_acquire));
    if (pid == 0 || family.process(index) != nullptr || block.ready.load() != 0) continue;
    if (kill(pid, 0) != 0 && errno == ESRCH) free_block(block);
  }
}

}  // namespace heaptally
