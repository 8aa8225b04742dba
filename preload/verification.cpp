#include "preload/verification.h"

#include "preload/note_writer.h"
#include "preload/session.h"

namespace heaptally::preload {
namespace {

constexpr std::uint64_t kMostTold = 8;

// Decimal, for the note's text.
void write_number(char (&text)[11], std::uint32_t number) {
  char digits[10];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  for (int i = 0; i < count; ++i) text[i] = digits[count - 1 - i];
  text[count] = '\0';
}

}  // namespace

bool is_same_stack(wire::TraceIndex trace, const LibunwindStack& stack) {
  for (std::uint32_t i = 0; i < stack.certain; ++i) {
    const wire::TraceNode* node = trace == 0 ? nullptr : g_session.nodes().at(trace);
    if (node == nullptr || node->key != stack.frames[i]) return false;
    trace = node->parent;
  }
  if (stack.certain < stack.count) return true;
  const wire::TraceNode* node = trace == 0 ? nullptr : g_session.nodes().at(trace);
  const bool is_cut = node != nullptr && wire::frame_kind(node->key) ==
                                             static_cast<std::uint8_t>(wire::FrameKind::kCut);
  return stack.is_cut ? is_cut : trace == 0;
}

void tell_difference(wire::TraceIndex captured, wire::TraceIndex by_libunwind, RingWriter& ring) {
  if (g_session.counters().wrong_stacks.load(std::memory_order_relaxed) > kMostTold) return;
  char text[11];
  write_number(text, by_libunwind);
  write_note(ring, wire::NoteKind::kStackDiffers, 0, captured, text);
}

}  // namespace heaptally::preload
