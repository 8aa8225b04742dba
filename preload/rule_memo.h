// RuleMemo: the rules that one thread used last.
#pragma once

#include <cstddef>
#include <cstdint>

#include "preload/modules.h"
#include "preload/rules.h"

namespace heaptally::preload {

// Purpose: saves most look-ups in the table that all threads share, and derives what that lacks.
// Owner: an Unwinder; lives in private mapped memory that is zero at first.
// Threads: one at a time. A signal handler may leave a look-up by longjmp.
class RuleMemo {
 public:
  static constexpr std::size_t kBufferBytes = 48 * 1024;

  // `buffer`: kBufferBytes of zeroed memory. Whatever takes much runs on the private stack that
  // ends at `stack_top`: what is left of a signal handler's own may be some hundred bytes.
  void set_up(char* buffer, void* stack_top);

  // What is known counts only as long as no module may have been unloaded.
  bool knows_unloaded() const { return generation_ != g_modules.generation(); }
  // To be called before a stack is walked. True if something was forgotten.
  bool forget_unloaded() {
    if (!knows_unloaded()) [[likely]]
      return false;
    forget_all();
    return true;
  }

  // Valid until the next call.
  const Rule& rule_for(CodeKey key) {
    const Entry& entry = entry_of(key);
    if (entry.key == key) [[likely]]
      return entry.rule;
    return look_up(key);
  }

 private:
  struct Entry {
    CodeKey key;  // 0: empty
    Rule rule;
  };
  static constexpr int kBits = 11;
  static constexpr std::size_t kEntries = std::size_t{1} << kBits;
  static_assert(kEntries * sizeof(Entry) == kBufferBytes);

  Entry& entry_of(CodeKey key) { return entries_[key * 0x9e3779b97f4a7c15 >> (64 - kBits)]; }
  void forget_all();
  const Rule& look_up(CodeKey key);
  static void derive(CodeKey key, Entry& entry);
  void derive_on_private_stack(CodeKey key, Entry& entry);

  Entry* entries_;
  void* stack_top_;
  std::uint32_t generation_;  // of the modules, when the memo was begun
};

}  // namespace heaptally::preload
