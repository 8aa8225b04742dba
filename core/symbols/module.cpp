#include "core/symbols/module.h"

#include <fcntl.h>

#include <cstring>
#include <utility>

#include "core/symbols/demangle.h"
#include "core/symbols/elf_file.h"

namespace heaptally {

// Keeps libdwfl's descriptors out of the programs that the profiler starts.
int Module::find_debuginfo(Dwfl_Module* module, void** userdata, const char* name, Dwarf_Addr base,
                           const char* file, const char* link, GElf_Word crc, char** found) {
  // libdwfl asks while it opens the file, too, before load() says whose it is.
  const auto* const self = userdata != nullptr ? static_cast<const Module*>(*userdata) : nullptr;
  if (self != nullptr && !self->debug_file_.empty()) {
    const int given = open(self->debug_file_.c_str(), O_RDONLY | O_CLOEXEC);
    if (given >= 0) {
      *found = strdup(self->debug_file_.c_str());  // libdwfl frees it
      return given;
    }
  }
  const int fd = dwfl_standard_find_debuginfo(module, userdata, name, base, file, link, crc, found);
  if (fd >= 0) fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
}

Module::Module(ModuleFile file, std::string debug_path, std::string debug_file)
    : file_(std::move(file)),
      debug_path_(std::move(debug_path)),
      debug_file_(std::move(debug_file)) {
  debug_path_pointer_ = debug_path_.data();
  callbacks_.find_elf = dwfl_build_id_find_elf;
  callbacks_.find_debuginfo = find_debuginfo;
  callbacks_.section_address = dwfl_offline_section_address;
  callbacks_.debuginfo_path = &debug_path_pointer_;
}

bool Module::is_ready() {
  if (file_.fd && was_changed(file_)) {
    file_.fd = OwnedFd();
    file_.reason = "file was changed";
  }
  if (!file_.reason.empty()) return false;
  if (!loaded_) load();
  return file_.reason.empty();
}

void Module::load() {
  loaded_ = true;
  dwfl_.reset(dwfl_begin(&callbacks_));
  // libdwfl closes its descriptor when it has mapped the file.
  OwnedFd fd(fcntl(file_.fd.get(), F_DUPFD_CLOEXEC, 0));
  if (dwfl_ != nullptr && fd) {
    module_ = dwfl_report_offline(dwfl_.get(), file_.path.c_str(), file_.path.c_str(), fd.get());
    if (module_ != nullptr) fd.release();
    dwfl_report_end(dwfl_.get(), nullptr, nullptr);
  }
  GElf_Addr bias = 0;
  Elf* elf = module_ != nullptr ? dwfl_module_getelf(module_, &bias) : nullptr;
  if (elf == nullptr) {
    file_.reason = "unreadable ELF file";
    return;
  }
  void** userdata = nullptr;
  dwfl_module_info(module_, &userdata, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  if (userdata != nullptr) *userdata = this;
  file_bias_ = bias;
  code_ = code_ranges(elf);
  for (AddressRange& range : code_) {
    range.low += bias;
    range.high += bias;
  }
  load_dwarf();
}

void Module::load_dwarf() {
  Dwarf* dwarf = dwfl_module_getdwarf(module_, &dwarf_bias_);
  if (dwarf == nullptr) return;
  for (const AddressRange& range : code_) {
    dwarf_code_.push_back({range.low - dwarf_bias_, range.high - dwarf_bias_});
  }
  dwarf_ = std::make_unique<DwarfIndex>(dwarf, dwarf_code_);
  if (!dwarf_->has_code()) dwarf_.reset();
}

SymbolTable& Module::symbols() {
  if (symbols_ == nullptr) symbols_ = std::make_unique<SymbolTable>(module_, code_);
  return *symbols_;
}

Location Module::symbol_at(std::uint64_t address) {
  Location location;
  if (const SymbolTable::Symbol* symbol = symbols().find(address)) {
    location.function = demangle(symbol->name);
    location.symbol_offset = address - symbol->address;
  }
  return location;
}

std::vector<Location> Module::resolve(std::uint64_t address) {
  if (!is_ready()) return {Location{}};
  address += file_bias_;
  if (dwarf_ != nullptr) {
    std::vector<Location> locations =
        dwarf_->resolve(address - dwarf_bias_, [&] { return symbol_at(address).function; });
    if (!locations.empty()) return locations;
  }
  return {symbol_at(address)};
}

std::string Module::debug_state() {
  if (!is_ready()) return file_.reason;
  return dwarf_ != nullptr ? "dwarf" : symbols().source();
}

std::string Module::symbol_file() {
  if (!is_ready()) return {};
  if (dwarf_ == nullptr && std::string(symbols().source()) == "none") return {};
  const char* own = nullptr;
  const char* separate = nullptr;
  dwfl_module_info(module_, nullptr, nullptr, nullptr, nullptr, nullptr, &own, &separate);
  if (separate != nullptr) return separate;
  return own != nullptr ? own : "";
}

}  // namespace heaptally
