// Whether heaptally can record a program, and if not, why. `heaptally record` refuses such a
// program; the shim tells the recording of those that a recorded process starts.
#pragma once

#include <cstdint>

namespace heaptally::wire {

// The numbers are in recordings: they never change.
enum class Recordability : std::uint8_t {
  kYes = 0,
  kStatic = 1,         // without a loader there is nothing that preloads the shim
  kPrivileged = 2,     // runs with rights that its caller has not: the loader preloads nothing
  kOtherMachine = 3,   // 32-bit, or another processor
  kOtherLibc = 4,      // the shim is made for glibc
  kOwnAllocator = 5,   // the executable defines malloc, and is searched before the shim
  kSanitizer = 6,      // its run-time library takes the allocator, and bears nobody before it
  kNoInterpreter = 7,  // the loader, or the interpreter of a script, is missing
  kNotAProgram = 8,    // a folder, or a file that the kernel does not execute
  kUnreadable = 9,     // may be recordable; what it is cannot be told
  kNoSession = 10,     // its environment names neither the shim nor the session, as with env -i
  kNoShim = 11,        // the shim cannot be opened there: another root, or other rights
  kFiltered = 12,      // the filter on its system calls may forbid what the shim needs to start
};
inline constexpr std::uint8_t kLastRecordability = 12;

// For "PID (path) not recorded: ...".
constexpr const char* reason_text(Recordability reason) {
  switch (reason) {
    case Recordability::kYes:
      return "it can be recorded";
    case Recordability::kStatic:
      return "it is linked statically";
    case Recordability::kPrivileged:
      return "it has privileges (set-user-ID, set-group-ID or file capabilities)";
    case Recordability::kOtherMachine:
      return "it is a 32-bit program, or one for another processor";
    case Recordability::kOtherLibc:
      return "its C library is not glibc";
    case Recordability::kOwnAllocator:
      return "it defines a malloc of its own";
    case Recordability::kSanitizer:
      return "it is built with a sanitizer that has an allocator of its own";
    case Recordability::kNoInterpreter:
      return "its interpreter or loader is missing";
    case Recordability::kNotAProgram:
      return "it is not a program";
    case Recordability::kUnreadable:
      return "its file cannot be read";
    case Recordability::kNoSession:
      return "it was started without heaptally's environment variables";
    case Recordability::kFiltered:
      return "it inherits a filter on its system calls (seccomp)";
    case Recordability::kNoShim:
      return "heaptally's library cannot be opened from where it runs";
  }
  return "unknown";
}

}  // namespace heaptally::wire
