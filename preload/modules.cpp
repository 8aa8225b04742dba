#include "preload/modules.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>

#include "preload/loader.h"

namespace heaptally::preload {

constinit ModuleRegistry g_modules;

namespace {

// The ELF header at the start of a mapping, or null if something else is there.
const ElfW(Ehdr) * elf_header(const ModuleView& view) {
  const auto* header = reinterpret_cast<const ElfW(Ehdr)*>(view.start);
  if (view.end - view.start < sizeof(*header)) return nullptr;
  if (std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return nullptr;
  const std::uint64_t table_end = header->e_phoff + header->e_phnum * sizeof(ElfW(Phdr));
  return table_end <= wire::kPage ? header : nullptr;
}

// Copies the build-id out of a mapped note segment; its length, 0 if there is none.
std::uint8_t build_id_in(const char* notes, std::size_t size, std::uint8_t (&id)[40]) {
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes, sizeof(note));
    const std::size_t name = (note.n_namesz + 3u) & ~3u;
    const std::size_t whole = sizeof(note) + name + ((note.n_descsz + 3u) & ~3u);
    if (whole > size) return 0;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
        std::memcmp(notes + sizeof(note), "GNU", 4) == 0 && note.n_descsz <= sizeof(id)) {
      std::memcpy(id, notes + sizeof(note) + name, note.n_descsz);
      return static_cast<std::uint8_t>(note.n_descsz);
    }
    notes += whole;
    size -= whole;
  }
  return 0;
}

std::uint8_t read_build_id(const ModuleView& view, std::uint8_t (&id)[40]) {
  const ElfW(Ehdr)* header = elf_header(view);
  if (header == nullptr) return 0;
  const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(view.start + header->e_phoff);
  for (int i = 0; i < header->e_phnum; ++i) {
    if (segments[i].p_type != PT_NOTE) continue;
    const std::uint64_t address = view.map->l_addr + segments[i].p_vaddr;
    if (address < view.start || address + segments[i].p_filesz > view.end) continue;
    const std::uint8_t length =
        build_id_in(reinterpret_cast<const char*>(address), segments[i].p_filesz, id);
    if (length != 0) return length;
  }
  return 0;
}

bool same_mapping(const wire::ModuleRecord& a, const wire::ModuleRecord& b) {
  return a.start == b.start && a.end == b.end && a.bias == b.bias &&
         a.build_id_length == b.build_id_length && a.path_length == b.path_length &&
         std::memcmp(a.build_id, b.build_id, a.build_id_length) == 0 &&
         std::memcmp(a.path, b.path, std::min<std::size_t>(a.path_length, sizeof(a.path))) == 0;
}

}  // namespace

bool find_module(std::uint64_t address, ModuleView& view) {
  dl_find_object found;
  if (g_loader.find_object(reinterpret_cast<void*>(address), &found) != 0) return false;
  view.start = reinterpret_cast<std::uint64_t>(found.dlfo_map_start);
  view.end = reinterpret_cast<std::uint64_t>(found.dlfo_map_end);
  view.map = found.dlfo_link_map;
  view.eh_frame_header = static_cast<const unsigned char*>(found.dlfo_eh_frame);
  if (view.map == g_loader.executable) {
    view.start = g_loader.executable_start;
    view.end = g_loader.executable_end;
  }
  return true;
}

void ModuleRegistry::open() {
  ModuleView loader;
  if (find_module(g_loader.code, loader)) {
    loader_start_ = loader.start;
    loader_bytes_ = loader.end - loader.start;
  }
  const long length =
      raw_syscall(SYS_readlink, reinterpret_cast<long>("/proc/self/exe"),
                  reinterpret_cast<long>(executable_path_), sizeof(executable_path_));
  executable_path_length_ = length > 0 ? static_cast<std::uint32_t>(length) : 0;
  std::uint32_t none = 0;
  g_session.header().modules.compare_exchange_strong(none, 1, std::memory_order_relaxed);
}

void ModuleRegistry::fill(wire::ModuleRecord& record, const ModuleView& view) const {
  record.start = view.start;
  record.end = view.end;
  record.bias = view.map->l_addr;
  record.build_id_length = read_build_id(view, record.build_id);
  const char* path = view.map->l_name;
  std::size_t length = path == nullptr ? 0 : std::strlen(path);
  record.is_executable = length == 0;
  if (length == 0) {
    path = executable_path_;
    length = executable_path_length_;
  }
  record.path_length = static_cast<std::uint16_t>(std::min(length, sizeof(record.path)));
  std::memcpy(record.path, path, record.path_length);
}

bool ModuleRegistry::check(std::uint32_t module, std::uint64_t pc) {
  const std::uint32_t generation = this->generation();
  const wire::ModuleRecord* record = g_session.modules().at(module);
  ModuleView view;
  if (record == nullptr || !find_module(pc, view)) return false;
  if (view.start != record->start || view.end != record->end) return false;
  wire::ModuleRecord now = {};
  fill(now, view);
  if (!same_mapping(now, *record)) return false;
  checked_[module].store(generation, std::memory_order_release);
  return true;
}

std::uint32_t ModuleRegistry::record_of(const ModuleView& view) {
  const std::uint32_t generation = this->generation();
  const std::uint32_t count = std::min<std::uint32_t>(
      g_session.header().modules.load(std::memory_order_acquire), wire::kMaxModules);
  wire::ModuleRecord fresh = {};
  for (std::uint32_t i = 1; i < count; ++i) {
    const wire::ModuleRecord* record = g_session.modules().at(i);
    if (record == nullptr || record->state.load(std::memory_order_acquire) == 0) continue;
    if (record->start != view.start || record->end != view.end) continue;
    if (checked_[i].load(std::memory_order_acquire) == generation) return i;
    if (fresh.end == 0) fill(fresh, view);
    if (!same_mapping(fresh, *record)) continue;
    checked_[i].store(generation, std::memory_order_release);
    return i;
  }
  if (fresh.end == 0) fill(fresh, view);
  const std::uint32_t index = write_record(fresh);
  if (index != kNone) checked_[index].store(generation, std::memory_order_release);
  return index;
}

std::uint32_t ModuleRegistry::write_record(const wire::ModuleRecord& fresh) {
  auto& header = g_session.header();
  if (header.modules.load(std::memory_order_relaxed) >= wire::kMaxModules) return kNone;
  const std::uint32_t index = header.modules.fetch_add(1, std::memory_order_acq_rel);
  if (index >= wire::kMaxModules) return kNone;
  wire::ModuleRecord* record = g_session.modules().at(index);
  if (record == nullptr) return kNone;
  record->start = fresh.start;
  record->end = fresh.end;
  record->bias = fresh.bias;
  record->is_executable = fresh.is_executable;
  record->build_id_length = fresh.build_id_length;
  record->path_length = fresh.path_length;
  std::memcpy(record->build_id, fresh.build_id, sizeof(fresh.build_id));
  std::memcpy(record->path, fresh.path, fresh.path_length);
  record->state.store(wire::ModuleRecord::kWritten, std::memory_order_release);
  return index;
}

}  // namespace heaptally::preload
