#include "preload/domain_names.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "preload/note_writer.h"
#include "preload/session.h"

namespace heaptally::preload {
namespace {

struct Name {
  // 0 until `text` is written: release by the thread that took the entry, acquire by those that
  // compare.
  std::atomic<std::uint64_t> hash;
  // By which process it was told, as Session::forks() counts, plus one: release after the note was
  // committed, so that whoever finds it so stamps later; acquire before an event.
  std::atomic<std::uint32_t> told;
  char text[wire::kMaxDomainName + 1];
};

Name g_names[wire::kMostNamed];
std::atomic<std::uint32_t> g_taken;  // entries, those being written included

// FNV-1a, never 0. Sets `length` to what counts of the name.
std::uint64_t hash_of(const char* name, std::size_t& length) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (length = 0; length < wire::kMaxDomainName && name[length] != '\0'; ++length) {
    hash = (hash ^ static_cast<unsigned char>(name[length])) * 0x100000001b3;
  }
  return hash | 1;
}

// Two threads that meet a name at once may both take an entry: two numbers for one name, which to
// the collector are one domain.
Name* find(const char* name) {
  std::size_t length;
  const std::uint64_t hash = hash_of(name, length);
  const std::uint32_t taken = std::min(g_taken.load(std::memory_order_relaxed), wire::kMostNamed);
  for (std::uint32_t i = 0; i < taken; ++i) {
    Name& known = g_names[i];
    if (known.hash.load(std::memory_order_acquire) == hash &&
        std::memcmp(known.text, name, length) == 0 && known.text[length] == '\0') {
      return &known;
    }
  }
  if (taken == wire::kMostNamed) return nullptr;
  const std::uint32_t fresh = g_taken.fetch_add(1, std::memory_order_relaxed);
  if (fresh >= wire::kMostNamed) {
    g_taken.store(wire::kMostNamed, std::memory_order_relaxed);
    return nullptr;
  }
  std::memcpy(g_names[fresh].text, name, length);
  g_names[fresh].hash.store(hash, std::memory_order_release);
  return &g_names[fresh];
}

}  // namespace

wire::DomainNumber domain_number(const char* name, RingWriter& ring) {
  Name* const entry = find(name);
  if (entry == nullptr) return wire::kOthers;
  const auto number = static_cast<wire::DomainNumber>(wire::kFirstNamed + (entry - g_names));
  const std::uint32_t here = g_session.forks() + 1;
  if (entry->told.load(std::memory_order_acquire) != here &&
      write_note(ring, wire::NoteKind::kDomain, g_session.pid(), number, entry->text)) {
    entry->told.store(here, std::memory_order_release);
  }
  return number;
}

}  // namespace heaptally::preload
