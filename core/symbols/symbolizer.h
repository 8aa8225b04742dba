// Symbolizer: from an address in a module to functions and lines.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/location.h"

namespace heaptally {

// Where a module's file is to be found.
struct ModuleSource {
  std::string path{};          // as the recorded process saw it
  std::string build_id{};      // lower-case hex of the one that was mapped; empty if it has none
  std::int32_t pid = 0;        // the process that maps it, for its own root; 0 if it is gone
  bool is_executable = false;  // the process's main program: /proc/PID/exe names it best
  std::string debug_file{};    // where its debug information is, if that is known
  bool must_match = false;     // if it has a build-id, a file without one is not it
};

// Purpose: finds and keeps open the files of modules, and resolves addresses in
//   them with elfutils: DWARF (own, by build-id, by .gnu_debuglink, from debuginfod
//   if DEBUGINFOD_URLS is set), else ELF symbols. C++ and Rust names are demangled.
// Threads: one at a time. Errors: none are thrown; a module that cannot be read
//   resolves to nothing and says why in debug_state().
class Symbolizer {
 public:
  // Beside the system's own places, separate debug files are looked for in
  // `debug_directories`: as .build-id/xx/yyyy.debug or by .gnu_debuglink, as below
  // /usr/lib/debug. A module whose file is gone or changed is found there by its
  // build-id, or by its path below the directory.
  explicit Symbolizer(std::vector<std::string> debug_directories = {});
  ~Symbolizer();
  Symbolizer(const Symbolizer&) = delete;
  Symbolizer& operator=(const Symbolizer&) = delete;

  // Opens the module's file at once, so that it is at hand even after it was
  // deleted or its process ended; reading it is put off until it is needed. A file
  // whose build-id is another one is not used. Returns a handle for the calls below; a
  // file that is open already gives the handle that it has.
  std::size_t open(const ModuleSource& source);

  // The locations of `address` (an ELF virtual address of the module), innermost
  // inlined call first. For a return address pass `address - 1`.
  // Never empty: a stripped module gives one Location that is all empty.
  std::vector<Location> resolve(std::size_t module, std::uint64_t address);

  // What the module's symbols came from: "dwarf", "symtab", "dynsym", "none",
  // or a reason such as "file not found" or "build-id differs". Reads the module.
  std::string debug_state(std::size_t module);

  // The file that they came from; "" if there is none. Reads the module.
  std::string symbol_file(std::size_t module);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heaptally
