// PathMemo: the ways by which calls lately led away from a remembered stack.
#pragma once

#include <cstddef>
#include <cstdint>

#include "preload/cached_stack.h"
#include "wire/layout.h"

namespace heaptally::preload {

// Purpose: a program goes the same few ways again and again from frames that stay: from an
//   interpreter's loop into one operation, back, and into the next. Each way is kept with the
//   frame of the CachedStack that it left, the joint, and with the words that the steps from its
//   innermost frame out to the joint read. Where those are the same again and the joint stands as
//   it did, so is the stack: no rule is looked up and no frame interned.
// Owner: an Unwinder; lives in private mapped memory that is zero at first.
// Threads: one at a time. A signal handler may leave by longjmp: an entry counts once it is whole.
class PathMemo {
 public:
  static constexpr std::size_t kBufferBytes = 128 * 1024;

  // `buffer`: kBufferBytes of zeroed memory.
  void set_up(char* buffer) { entries_ = reinterpret_cast<Entry*>(buffer); }

  void forget_all() { epoch_ = (epoch_ + 1) & 0xffffff; }

  // The trace of the stack whose innermost frame is in this state, if it left `stack` by a way
  // that is known. 0: it must be walked.
  wire::TraceIndex find(const FrameState& state, const CachedStack& stack) const {
    const Entry& entry = entry_of(state);
    if (entry.state.code != state.code || entry.state.sp != state.sp) return 0;
    if (entry.fp_is_live && entry.state.fp != state.fp) return 0;
    if (entry.epoch != epoch_ || !is_unchanged(entry)) return 0;
    return stack.stands(entry.joint, entry.joint_state, entry.joint_trace) ? entry.trace : 0;
  }

  // Keeps the way from frame `joint` of the stack to its innermost one.
  void remember(const CachedStack& stack, std::int32_t joint);

 private:
  static constexpr std::uint32_t kBlock = 4;  // words that are compared without a branch
  static constexpr std::uint32_t kMostWords = 3 * kBlock;

  struct alignas(64) Entry {
    FrameState state;  // of the innermost frame; code 0: there is none
    FrameState joint_state;
    std::int32_t joint;
    wire::TraceIndex joint_trace;
    wire::TraceIndex trace;
    std::uint32_t epoch : 24;
    std::uint32_t words : 7;  // a multiple of kBlock: the farthest one fills up
    std::uint32_t fp_is_live : 1;
    RememberedWord word[kMostWords];  // from the innermost one outward
  };
  static constexpr int kBits = 9;
  static_assert((std::size_t{1} << kBits) * sizeof(Entry) == kBufferBytes);

  Entry& entry_of(const FrameState& state) const {
    return entries_[(state.code + (state.sp << 24)) * 0x9e3779b97f4a7c15 >> (64 - kBits)];
  }

  // As CachedStack compares: nothing is read that walking by rules might not read.
  static bool is_unchanged(const Entry& entry) {
    std::uint64_t mapped_end = page_end(entry.state.sp - 1);
    for (std::uint32_t i = 0; i < entry.words; i += kBlock) {
      const RememberedWord* words = entry.word + i;
      if (words[kBlock - 1].address < mapped_end) [[likely]] {
        std::uint64_t change = 0;
        for (std::uint32_t k = 0; k < kBlock; ++k) change |= words[k].change();
        if (change != 0) return false;
        continue;
      }
      for (std::uint32_t k = 0; k < kBlock; ++k) {
        if (words[k].change() != 0) return false;
        mapped_end = page_end(words[k].address);
      }
    }
    return true;
  }

  Entry* entries_;
  std::uint32_t epoch_;
};

}  // namespace heaptally::preload
