#include "preload/rule_memo.h"

#include "preload/errno_keeper.h"
#include "preload/libunwind.h"
#include "preload/private_stack.h"

namespace heaptally::preload {

void RuleMemo::set_up(char* buffer, void* stack_top) {
  entries_ = reinterpret_cast<Entry*>(buffer);
  stack_top_ = stack_top;
  generation_ = 0;
}

void RuleMemo::forget_all() {
  generation_ = g_modules.generation();
  for (std::size_t i = 0; i < kEntries; ++i) entries_[i].key = 0;
}

const Rule& RuleMemo::look_up(CodeKey key) {
  Entry& entry = entry_of(key);
  entry.key = 0;
  asm volatile("" ::: "memory");
  if (g_rules.find_fresh(key, entry.rule)) [[likely]] {
    asm volatile("" ::: "memory");
    entry.key = key;
  } else {
    derive_on_private_stack(key, entry);
  }
  return entry.rule;
}

void RuleMemo::derive(CodeKey key, Entry& entry) {
  const std::uint64_t pc = key >> 1;
  const bool is_known = g_rules.find(key, entry.rule);
  if (!is_known && !may_call_libunwind()) {
    entry.rule = unsupported(wire::FallbackCause::kNoLibunwind);
    return;
  }
  if (!is_known) entry.rule = derive_rule(pc, (key & 1) != 0);
  // Code in no module may be rewritten at any time: its rule is never kept.
  if (entry.rule.module == ModuleRegistry::kNone) return;
  if (!is_known) g_rules.insert(key, entry.rule);
  // Last: a signal handler may have left by longjmp before.
  asm volatile("" ::: "memory");
  entry.key = key;
}

void RuleMemo::derive_on_private_stack(CodeKey key, Entry& entry) {
  const ErrnoKeeper keeper;
  auto derive_here = [&] { derive(key, entry); };
  call_on_private_stack(stack_top_, derive_here);
}

}  // namespace heaptally::preload
