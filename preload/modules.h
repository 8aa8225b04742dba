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
//   An address range has a generation: when the loader unloads an object its record dies,
//   and what is mapped there later gets another record, unless it is the same file at the
//   same place, which revives the old one. So load and unload loops stay bounded.
// Threads: any, lock-free. Two threads may write two records for one mapping; that is
//   harmless, since the collector goes by build-id, path and offset.
class ModuleRegistry {
 public:
  static constexpr std::uint32_t kNone = 0;

  // Before threads: remembers where the loader's text is, and the executable's path.
  void open();

  // The record for the module that `view` shows; kNone if there is no room.
  std::uint32_t record_of(const ModuleView& view);

  bool is_alive(std::uint32_t module) const {
    return alive_[module].load(std::memory_order_relaxed) != 0;
  }

  // For each free: one that comes from the loader's own text may mean that it unloads.
  void note_free_from(const void* caller) {
    const auto address = reinterpret_cast<std::uint64_t>(caller);
    if (address - loader_start_ < loader_bytes_) [[unlikely]] {
      unloads_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  // Before each capture: marks records whose mapping is gone.
  void revalidate_if_unloaded() {
    const std::uint32_t unloads = unloads_.load(std::memory_order_relaxed);
    if (unloads != validated_.load(std::memory_order_relaxed)) [[unlikely]] revalidate(unloads);
  }

 private:
  std::uint32_t write_record(const ModuleView& view);
  bool still_maps(const wire::ModuleRecord& record) const;
  void revalidate(std::uint32_t unloads);
  void fill(wire::ModuleRecord& record, const ModuleView& view) const;

  std::uint64_t loader_start_ = 0;
  std::uint64_t loader_bytes_ = 0;
  std::atomic<std::uint32_t> unloads_{0};
  std::atomic<std::uint32_t> validated_{0};
  std::uint32_t executable_path_length_ = 0;
  char executable_path_[wire::ModuleRecord::kMaxPath] = {};
  // By record. Record 0, code in no module, never dies: nothing of it is cached.
  std::atomic<std::uint8_t> alive_[wire::kMaxModules] = {};
};

extern ModuleRegistry g_modules;

}  // namespace heaptally::preload
