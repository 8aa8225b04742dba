// One module: its file, symbols and DWARF.
#pragma once

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/location.h"
#include "core/symbols/dwarf_index.h"
#include "core/symbols/module_file.h"
#include "core/symbols/symbol_table.h"

namespace heaptally {

// Purpose: resolves the addresses of one module; holds its file open, and reads it when
//   it is first asked. Owner: Symbolizer. Threads: one.
// Invariant: once loaded, the Dwfl owns all that the indexes point to. It maps the file,
//   and so is not touched again once the file was written to or cut off.
class Module {
 public:
  // `debug_path` is a list of folders in the form that libdwfl's debuginfo_path has.
  // `debug_file` comes before what is found there; "" if there is none.
  Module(ModuleFile file, std::string debug_path, std::string debug_file);
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  std::vector<Location> resolve(std::uint64_t address);
  std::string debug_state();
  std::string symbol_file();  // "" if there is none
  // False if there is no file, or no longer the one that was opened.
  bool is_current() const { return file_.fd && !was_changed(file_); }

 private:
  struct DwflEnd {
    void operator()(Dwfl* dwfl) const { dwfl_end(dwfl); }
  };

  static int find_debuginfo(Dwfl_Module* module, void** userdata, const char* name, Dwarf_Addr base,
                            const char* file, const char* link, GElf_Word crc, char** found);
  // True if the module can be asked; else file_.reason says why not.
  bool is_ready();
  void load();
  void load_dwarf();
  SymbolTable& symbols();
  Location symbol_at(std::uint64_t address);  // of libdwfl's

  ModuleFile file_;
  std::string debug_path_;
  std::string debug_file_;
  char* debug_path_pointer_ = nullptr;  // what callbacks_ points to
  Dwfl_Callbacks callbacks_{};
  bool loaded_ = false;
  std::unique_ptr<Dwfl, DwflEnd> dwfl_;
  Dwfl_Module* module_ = nullptr;  // null if the file could not be read
  // libdwfl has its own addresses: those of the file plus the first of these, those of
  // the DWARF plus the second.
  std::uint64_t file_bias_ = 0;
  std::uint64_t dwarf_bias_ = 0;
  std::vector<AddressRange> code_;        // in libdwfl's addresses
  std::vector<AddressRange> dwarf_code_;  // in the DWARF's
  std::unique_ptr<SymbolTable> symbols_;
  std::unique_ptr<DwarfIndex> dwarf_;
};

}  // namespace heaptally
