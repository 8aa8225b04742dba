// What the exec hooks need to know: which file is about to be executed, whether it can be
// recorded, and whether its loader would complain about the shim.
#pragma once

#include <cstddef>
#include <cstdint>

#include "wire/recordability.h"

namespace heaptally::preload {

// Remembers where the shim lies and the session's value, which the program may overwrite in
// its own environment. Called once, by the constructor; the exec hooks look at nothing before.
// After it they do in a process that is not recorded, too: its children are to be spared the
// loader's complaints.
void remember_exec_surroundings(char** environment);

// A file as an exec function names it.
struct ExecTarget {
  int folder;  // an open folder, or AT_FDCWD
  const char* name;
  bool searches_path = false;  // as execvp does, which also has the shell run a text
  bool is_descriptor = false;  // the name is that of an open descriptor in /proc
};

struct ExecPlan {
  wire::Recordability reason = wire::Recordability::kYes;
  // The loader would complain, or a sanitizer end the program.
  bool drops_shim = false;

  bool is_recorded() const { return reason == wire::Recordability::kYes; }
};

// Uses some three kilobytes of stack and what the search of PATH takes, nothing of the heap, and
// leaves errno alone. What will fail anyway is left to fail.
ExecPlan plan_exec(const ExecTarget& target, char* const* environment);

// Notes that process `pid` executes the target and will not be recorded. Says nothing where
// nothing is recorded.
void note_unrecorded(const ExecTarget& target, ExecPlan plan, std::uint32_t pid,
                     const void* hook_frame);

// Builds environments without the shim: the pointers and the new LD_PRELOAD lie in memory of
// the caller's, on its stack.
struct ShimlessEnvironment {
  static constexpr std::size_t kMaxEntries = 4096;
  static constexpr std::size_t kMaxPreload = 4096;

  std::size_t entries = 0;  // with the null at the end
  std::size_t preload_bytes = 0;

  explicit ShimlessEnvironment(char* const* environment);
  // Else it is passed on as it is.
  bool fits() const { return entries <= kMaxEntries && preload_bytes <= kMaxPreload; }
  void build(char* const* environment, char** to, char* preload) const;
};

}  // namespace heaptally::preload
