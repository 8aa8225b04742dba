// Rules: how to step from a frame to its caller, cached for each code address.
#pragma once

#include <atomic>
#include <cstdint>

#include "wire/layout.h"

namespace heaptally::preload {

enum class RuleKind : std::uint8_t {
  kStackPointer,  // CFA = sp + cfa_offset
  kFramePointer,  // CFA = fp + cfa_offset
  kDereference,   // CFA = *(fp + base_offset) + cfa_offset: a realigned frame
  kSignalReturn,  // the caller's registers are in the ucontext at sp
  kFrameChain,    // no call-frame information: fp points at {caller's fp, return address}
  kOutermost,     // this frame has no caller
  kUnsupported,   // only libunwind itself can make this step
};

enum class FramePointerRule : std::uint8_t {
  kUnchanged,
  kAtCfa,           // the caller's fp was saved at CFA + fp_offset
  kAtFramePointer,  // ... at fp + fp_offset
};

struct Rule {
  RuleKind kind = RuleKind::kUnsupported;
  FramePointerRule frame_pointer = FramePointerRule::kUnchanged;
  std::uint16_t module = 0;     // the record of the module that the code lies in
  std::int32_t cfa_offset = 0;  // kUnsupported: a wire::FallbackCause
  std::int32_t base_offset = 0;
  std::int32_t fp_offset = 0;
};
static_assert(sizeof(Rule) == 16);

constexpr Rule unsupported(wire::FallbackCause cause) {
  Rule rule;
  rule.cfa_offset = static_cast<std::int32_t>(cause);
  return rule;
}

// What a rule is looked up by: a return address stands for the call before it, an
// address where a signal struck for itself, and the two may differ.
using CodeKey = std::uint64_t;
constexpr CodeKey code_key(std::uint64_t address, bool exact) {
  return address << 1 | static_cast<CodeKey>(exact);
}

// The address that call-frame information is looked up for: within the call, or exactly there.
constexpr std::uint64_t looked_up_address(CodeKey key) { return (key >> 1) - !(key & 1); }

// Purpose: code key -> rule, shared by all threads.
// Threads: any, lock-free, from signal handlers too. Never allocates from the heap.
// Growth: at half load a table of twice the size is put in front; lookups that find an
//   entry only in an older one copy it forward. No pause; at most twice the memory.
// An entry never changes. One whose module is not what is mapped there now is passed over,
//   and counts again when the same file is mapped there again.
// A fork copies it page by page while other threads write; what must be seen in order lies in
// one page.
class alignas(256) RuleCache {
 public:
  bool find(CodeKey key, Rule& rule);
  // The same, but it may miss what is there: it looks only where that costs little time and stack.
  bool find_fresh(CodeKey key, Rule& rule);
  void insert(CodeKey key, const Rule& rule);

 private:
  struct Entry {
    std::atomic<CodeKey> key;  // 0: free; claimed by CAS
    std::atomic<std::uint64_t>
        ready;  // release after `rule` was written, acquire before it is read
    Rule rule;
  };
  static_assert(sizeof(Entry) == 32);

  struct Table {
    std::uint64_t capacity;  // a power of two
    std::atomic<std::uint64_t> used;
    std::uint64_t padding[2];
    Entry entries[1];  // capacity of them
  };

  static constexpr std::uint64_t kFirstCapacity = 4096;
  static constexpr std::uint32_t kMaxTables = 24;

  template <class IsCurrent>
  static bool find_in(Table& table, CodeKey key, Rule& rule, IsCurrent is_current);
  static void insert_in(Table& table, CodeKey key, const Rule& rule);
  Table* newest();
  Table* add_table(std::uint32_t count);

  std::atomic<std::uint32_t> count_{0};
  std::atomic<Table*> tables_[kMaxTables] = {};
};

extern RuleCache g_rules;

}  // namespace heaptally::preload
