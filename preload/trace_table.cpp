#include "preload/trace_table.h"

#include "preload/session.h"

namespace heaptally::preload {
namespace {

using wire::TraceIndex;
using wire::TraceNode;

std::uint64_t hash_of(wire::FrameKey key) {
  key *= 0x9e3779b97f4a7c15;
  return key ^ key >> 32;
}

// Null if it cannot be mapped: another process may have made it that has more address space, or
// the program itself have scribbled on what names it. The stack then ends there.
TraceNode* node_at(TraceIndex index) {
  return index < wire::kMaxNodes ? g_session.nodes().at(index) : nullptr;
}

// A node that nobody else knows of yet; 0 if there is no room.
TraceIndex reserve_node(TraceIndex& spare) {
  TraceIndex index = spare;
  spare = 0;
  if (index != 0) return index;
  auto& header = g_session.header();
  if (header.nodes.load(std::memory_order_relaxed) >= wire::kMaxNodes) return 0;
  index = header.nodes.fetch_add(1, std::memory_order_acq_rel);
  return index < wire::kMaxNodes ? index : 0;
}

// Fills a fresh node; 0 if it cannot be had.
TraceIndex make_node(TraceIndex parent, wire::FrameKey key, TraceIndex& spare) {
  const TraceIndex index = reserve_node(spare);
  TraceNode* node = index == 0 ? nullptr : g_session.nodes().at(index);
  if (node == nullptr) return 0;
  node->key = key;
  node->parent = parent;
  return index;
}

}  // namespace

bool open_trace_table() {
  TraceIndex none = 0;
  g_session.header().nodes.compare_exchange_strong(none, 1, std::memory_order_relaxed);
  return g_session.nodes().at(0) != nullptr;
}

TraceIndex intern(TraceIndex parent, wire::FrameKey key, TraceIndex& spare) {
  TraceNode* node = node_at(parent);
  if (node == nullptr) return parent;
  std::atomic<TraceIndex>* link = &node->first_child;
  std::uint64_t bits = hash_of(key);
  TraceIndex fresh = 0;
  while (true) {
    TraceIndex child = link->load(std::memory_order_acquire);
    if (child == 0) {
      if (fresh == 0) fresh = make_node(parent, key, spare);
      if (fresh == 0) return parent;
      // Publishes the node's key and parent; matched by the acquire above.
      if (link->compare_exchange_strong(child, fresh, std::memory_order_acq_rel)) return fresh;
    }
    TraceNode* there = node_at(child);
    if (there == nullptr) return parent;
    if (there->key == key) {
      if (fresh != 0) spare = fresh;
      return child;
    }
    link = &there->next[bits & 1];
    // 64 levels deep the hash is used up; from there on the trie is a list.
    bits >>= 1;
  }
}

}  // namespace heaptally::preload
