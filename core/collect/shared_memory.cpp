#include "core/collect/shared_memory.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "core/base/error.h"

namespace heaptally {
namespace {

[[noreturn]] void fail(const char* what) {
  throw Error("shared memory", fmt::format("{}: {}", what, std::strerror(errno)),
              "heaptally needs memfd_create and room for a sparse mapping");
}

}  // namespace

SharedMemory::SharedMemory(const SharedMemoryOptions& options) {
  try {
    create(options);
  } catch (const Error&) {
    release();
    throw;
  }
}

SharedMemory::~SharedMemory() { release(); }

void SharedMemory::create(const SharedMemoryOptions& options) {
  fd_ = memfd_create("heaptally", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd_ < 0) fail("memfd_create");
  if (ftruncate(fd_, static_cast<off_t>(wire::kFileBytes)) != 0) {
    if (errno != EFBIG) fail("ftruncate");
    // It holds for memory files, too. No block of this one is there before it is used.
    throw Error("shared memory", "the limit on the size of files is below 9 GiB",
                "raise it: ulimit -f unlimited");
  }
  fcntl(fd_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  base_ = map(0, kBaseBytes);
  if (base_ == nullptr) fail("mmap");
  wire::Header& header = this->header();
  header.magic = wire::kMagic;
  header.version = wire::kVersion;
  header.header_bytes = sizeof(wire::Header);
  header.file_bytes = wire::kFileBytes;
  header.clock = options.clock;
  header.drop_when_full = options.drop_when_full ? 1 : 0;
  header.verify_stacks = options.verify_stacks ? 1 : 0;
  header.max_depth = std::clamp(options.max_depth, 1u, wire::kMaxDepth);
  header.follow_forks = options.follow_forks ? 1 : 0;
  header.starts_stopped = options.starts_stopped ? 1 : 0;
  header.marks_exit = options.marks_exit ? 1 : 0;
  tie_ = memfd_create("heaptally-tie", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (tie_ < 0 || ftruncate(tie_, static_cast<off_t>(wire::kPage)) != 0) fail("memfd_create");
}

void SharedMemory::release() {
  if (base_ != nullptr) munmap(base_, kBaseBytes);
  for (char* chunk : node_chunks_) {
    if (chunk != nullptr) munmap(chunk, kNodesInChunk * sizeof(wire::TraceNode));
  }
  for (char* slots : lane_slots_) {
    if (slots != nullptr) munmap(slots, wire::kLaneBytes);
  }
  if (tie_ >= 0) close(tie_);
  if (fd_ >= 0) close(fd_);
}

bool SharedMemory::is_held() const {
  return fcntl(tie_, F_ADD_SEALS, F_SEAL_WRITE) != 0 && errno == EBUSY;
}

// Null if the kernel refuses.
char* SharedMemory::map(std::uint64_t offset, std::uint64_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd_,
                      static_cast<off_t>(offset));
  if (memory == MAP_FAILED) return nullptr;
  madvise(memory, bytes, MADV_DONTDUMP);
  return static_cast<char*>(memory);
}

std::uint32_t SharedMemory::process_count() {
  // Matched by the release of the shim's claim.
  return std::min<std::uint32_t>(header().processes.load(std::memory_order_acquire),
                                 wire::kMaxProcesses);
}

wire::ProcessBlock& SharedMemory::process(std::uint32_t index) {
  return at<wire::ProcessBlock>(wire::kProcessesOffset)[index];
}

std::uint32_t SharedMemory::lane_count() {
  // Matched by the release of the shim's claim.
  return std::min<std::uint32_t>(header().lanes.load(std::memory_order_acquire), wire::kMaxLanes);
}

wire::Lane& SharedMemory::lane(std::uint32_t index) {
  return at<wire::Lane>(wire::kLanesOffset)[index];
}

const wire::Event* SharedMemory::slots(std::uint32_t lane) {
  if (lane >= lane_slots_.size()) lane_slots_.resize(lane + 1);
  char*& slots = lane_slots_[lane];
  if (slots == nullptr) slots = map(wire::kRingsOffset + lane * wire::kLaneBytes, wire::kLaneBytes);
  return reinterpret_cast<const wire::Event*>(slots);
}

void SharedMemory::answer(std::uint32_t lane, std::uint32_t question, std::int32_t problem,
                          std::uint64_t first, std::uint64_t second) {
  wire::LaneAnswer& place = this->lane(lane).answer;
  place.values[0].store(first, std::memory_order_relaxed);
  place.values[1].store(second, std::memory_order_relaxed);
  place.problem.store(problem, std::memory_order_relaxed);
  place.question.store(question, std::memory_order_relaxed);
  // Matched by the acquire of the thread that waits.
  place.count.fetch_add(1, std::memory_order_release);
  syscall(SYS_futex, &place.count, FUTEX_WAKE, std::numeric_limits<int>::max(), nullptr, nullptr,
          0);
}

bool SharedMemory::read_module(std::uint32_t index, Module& module) {
  if (index == 0 || index >= wire::kMaxModules) return false;
  const auto& record = at<const wire::ModuleRecord>(wire::kModulesOffset)[index];
  // Matched by the release with which the shim publishes the record.
  if (record.state.load(std::memory_order_acquire) != wire::ModuleRecord::kWritten) return false;
  module.start = record.start;
  module.end = record.end;
  module.bias = record.bias;
  module.is_executable = record.is_executable != 0;
  const std::size_t length =
      std::min<std::size_t>(record.path_length, wire::ModuleRecord::kMaxPath);
  module.path_is_cut = length == wire::ModuleRecord::kMaxPath;
  module.path.assign(record.path, length);
  module.build_id.clear();
  const std::size_t id_length =
      std::min<std::size_t>(record.build_id_length, sizeof(record.build_id));
  for (std::size_t i = 0; i < id_length; ++i) {
    module.build_id += fmt::format("{:02x}", record.build_id[i]);
  }
  return true;
}

bool SharedMemory::read_node(wire::TraceIndex index, Node& node) {
  if (index == 0 || index >= wire::kMaxNodes) return false;
  const std::uint64_t number = index / kNodesInChunk;
  if (number >= node_chunks_.size()) node_chunks_.resize(number + 1);
  char*& chunk = node_chunks_[number];
  constexpr std::uint64_t kChunkBytes = kNodesInChunk * sizeof(wire::TraceNode);
  if (chunk == nullptr) chunk = map(wire::kNodesOffset + number * kChunkBytes, kChunkBytes);
  if (chunk == nullptr) return false;
  const auto& there = reinterpret_cast<const wire::TraceNode*>(chunk)[index % kNodesInChunk];
  node = {there.key, there.parent};
  return wire::frame_kind(node.key) <= static_cast<std::uint8_t>(wire::FrameKind::kCut) &&
         node.parent < wire::kMaxNodes;
}

}  // namespace heaptally
