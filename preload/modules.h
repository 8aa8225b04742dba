// The modules that return addresses were found in, and whether they are still mapped.
#pragma once

#include <atomic>
#include <cstdint>

#include "preload/session.h"

struct link_map;

namespace heaptally::preload {

// Where an address lies, as the loader tells it (_dl_find_object: no lock, no allocation).
struct ModuleView {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  const link_map* map = nullptr;
  const unsigned char* eh_frame_header = nullptr;
};

// False: the address lies in no loaded object (JIT code, for one).
bool find_module(std::uint64_t address, ModuleView& view);

// Purpose: gives each mapping of an object a record in the shared memory.
//   An address range has a generation: once the loader may have unloaded something, what was
//   known of a module counts no more until it has been looked at again. What is mapped at its
//   place then may be the same file, which revives the record, or another, which gets its
//   own. So load and unload loops stay bounded.
// Invariant: the memory of a module is read only on behalf of a code address in it that is on
//   the calling thread's stack, for only such a module cannot be unmapped meanwhile.
// Threads: any, lock-free. Two threads may write two records for one mapping; that is
//   harmless, since the collector goes by build-id, path and offset.
class ModuleRegistry {
 public:
  static constexpr std::uint32_t kNone = 0;

  // Before threads: remembers where the loader's text is, and the executable's path.
  void open();

  // The record for the module that `view` shows; kNone if there is no room.
  std::uint32_t record_of(const ModuleView& view);

  // Whether the record still stands for the module that `pc` lies in.
  bool is_current(std::uint32_t module, std::uint64_t pc) {
    return was_checked(module) || check(module, pc);
  }
  // Whether that has been found out already.
  bool was_checked(std::uint32_t module) const {
    return checked_[module].load(std::memory_order_acquire) == generation();
  }

  // For each free: one that comes from the loader's own text may mean that it unloads.
  void note_free_from(const void* caller) {
    const auto address = reinterpret_cast<std::uint64_t>(caller);
    if (address - loader_start_ < loader_bytes_) [[unlikely]] {
      generation_.fetch_add(1, std::memory_order_acq_rel);
    }
  }

  // Another number once something may have been unloaded: what was kept of modules may be wrong.
  std::uint32_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  bool check(std::uint32_t module, std::uint64_t pc);
  std::uint32_t write_record(const wire::ModuleRecord& fresh);
  void fill(wire::ModuleRecord& record, const ModuleView& view) const;

  std::uint64_t loader_start_ = 0;
  std::uint64_t loader_bytes_ = 0;
  std::atomic<std::uint32_t> generation_{1};
  std::uint32_t executable_path_length_ = 0;
  char executable_path_[wire::ModuleRecord::kMaxPath] = {};
  // By record: the generation in which it was last found to be mapped; 0: never.
  std::atomic<std::uint32_t> checked_[wire::kMaxModules] = {};
};

extern ModuleRegistry g_modules;

}  // namespace heaptally::preload
