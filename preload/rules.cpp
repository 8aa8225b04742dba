#include "preload/rules.h"

#include "preload/modules.h"
#include "preload/system.h"

namespace heaptally::preload {

constinit RuleCache g_rules;

namespace {

std::uint64_t hash_of(CodeKey key) {
  key *= 0x9e3779b97f4a7c15;
  return key ^ key >> 29;
}

}  // namespace

template <class IsCurrent>
bool RuleCache::find_in(Table& table, CodeKey key, Rule& rule, IsCurrent is_current) {
  const std::uint64_t mask = table.capacity - 1;
  for (std::uint64_t i = hash_of(key) & mask;; i = (i + 1) & mask) {
    Entry& entry = table.entries[i];
    const CodeKey there = entry.key.load(std::memory_order_acquire);
    if (there == 0) return false;
    if (there != key || entry.ready.load(std::memory_order_acquire) == 0) continue;
    if (!is_current(entry.rule.module)) continue;
    rule = entry.rule;
    return true;
  }
}

void RuleCache::insert_in(Table& table, CodeKey key, const Rule& rule) {
  // A table that filled up before its successor was in place takes no more: the rule is
  // merely derived again.
  if (table.used.fetch_add(1, std::memory_order_relaxed) > table.capacity / 4 * 3) return;
  const std::uint64_t mask = table.capacity - 1;
  for (std::uint64_t i = hash_of(key) & mask;; i = (i + 1) & mask) {
    Entry& entry = table.entries[i];
    CodeKey expected = 0;
    if (!entry.key.compare_exchange_strong(expected, key, std::memory_order_acq_rel)) continue;
    entry.rule = rule;
    entry.ready.store(1, std::memory_order_release);
    return;
  }
}

RuleCache::Table* RuleCache::newest() {
  const std::uint32_t count = count_.load(std::memory_order_acquire);
  Table* table = count == 0 ? nullptr : tables_[count - 1].load(std::memory_order_acquire);
  if (table == nullptr || table->used.load(std::memory_order_relaxed) > table->capacity / 2) {
    Table* larger = add_table(count);
    if (larger != nullptr) return larger;
  }
  return table;
}

RuleCache::Table* RuleCache::add_table(std::uint32_t count) {
  if (count >= kMaxTables) return nullptr;
  const std::uint64_t capacity = kFirstCapacity << count;
  const std::size_t bytes = sizeof(Table) + capacity * sizeof(Entry);
  auto* table = static_cast<Table*>(map_private(bytes));
  if (table == nullptr) return nullptr;
  table->capacity = capacity;
  Table* expected = nullptr;
  if (!tables_[count].compare_exchange_strong(expected, table, std::memory_order_acq_rel)) {
    unmap(table, bytes);
    table = expected;
  }
  count_.compare_exchange_strong(count, count + 1, std::memory_order_acq_rel);
  return table;
}

bool RuleCache::find_fresh(CodeKey key, Rule& rule) {
  const std::uint32_t count = count_.load(std::memory_order_acquire);
  Table* table = count == 0 ? nullptr : tables_[count - 1].load(std::memory_order_acquire);
  return table != nullptr && find_in(*table, key, rule, [](std::uint32_t module) {
           return g_modules.was_checked(module);
         });
}

bool RuleCache::find(CodeKey key, Rule& rule) {
  const auto is_current = [key](std::uint32_t module) {
    return g_modules.is_current(module, looked_up_address(key));
  };
  const std::uint32_t count = count_.load(std::memory_order_acquire);
  for (std::uint32_t i = count; i-- > 0;) {
    Table* table = tables_[i].load(std::memory_order_acquire);
    if (table == nullptr || !find_in(*table, key, rule, is_current)) continue;
    if (i + 1 != count) insert(key, rule);
    return true;
  }
  return false;
}

void RuleCache::insert(CodeKey key, const Rule& rule) {
  Table* table = newest();
  if (table != nullptr) insert_in(*table, key, rule);
}

}  // namespace heaptally::preload
