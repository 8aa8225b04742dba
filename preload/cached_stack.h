// CachedStack: a stack in a form that proves the next one equal.
#pragma once

#include <cstddef>
#include <cstdint>

#include "preload/arch.h"
#include "preload/rules.h"
#include "preload/stack_bounds.h"
#include "wire/layout.h"

namespace heaptally::preload {

// Where a step of the unwinder starts from.
struct FrameState {
  CodeKey code;
  std::uint64_t sp;
  std::uint64_t fp;

  std::uint64_t pc() const { return code >> 1; }
  bool is_exact() const { return (code & 1) != 0; }
};

inline std::uint64_t word_at(std::uint64_t address) {
  return *reinterpret_cast<const std::uint64_t*>(address);
}

inline std::uint64_t page_end(std::uint64_t address) { return (address | (wire::kPage - 1)) + 1; }

// A frame that a walk has just found.
struct FreshFrame {
  FrameState state;
  Rule rule;
  bool is_distrusted;  // StackBounds asked the kernel for what the step from it read
};

// What a step read, and where.
struct RememberedWord {
  std::uint64_t address;
  std::uint64_t value;
  std::uint64_t change() const { return word_at(address) ^ value; }  // 0: none
};

// Purpose: the stack that was captured last, outermost frame first: for each frame its state, the
//   id of the trace that ends with it, and the words that the steps outward from it read.
//   Each step is a pure function of the frame's state, its rule and those words. So where a new
//   walk meets a frame in the same state, and the words read the same, all that lies outward is
//   proved identical, and the frame's trace is the answer.
// The frame pointer counts as state only where it is live: where the frame's own rule uses it,
//   or passes it on to an outer frame where it is live.
// Owner: an Unwinder; lives in private mapped memory that is zero at first.
// Threads: one at a time. A signal handler may leave a change by longjmp: until it is published,
//   only frames outward of the change count.
class CachedStack {
 public:
  static constexpr std::int32_t kNone = -1;

  static std::size_t buffer_bytes(std::uint32_t max_depth);
  // `buffer`: buffer_bytes(max_depth) of zeroed memory.
  void set_up(char* buffer, std::uint32_t max_depth);

  void clear();

  bool is_set_up() const { return frames_ != nullptr; }
  std::int32_t count() const { return static_cast<std::int32_t>(count_); }
  // sp of the innermost frame; 0: there is none.
  std::uint64_t innermost_sp() const { return count_ == 0 ? 0 : frames_[count_ - 1].sp; }
  // The walk ended where no step was possible.
  bool is_broken() const { return is_broken_; }

  bool matches(std::int32_t index, const FrameState& state) const {
    const Frame& frame = frames_[index];
    return frame.sp == state.sp && frame.code == state.code &&
           (!frame.fp_is_live || frame.fp == state.fp);
  }
  // All its words lie in order, in memory that can be taken to be readable.
  bool is_regular() const { return irregular_ == 0 && !is_broken_; }
  FrameState state_of(std::int32_t index) const {
    return {frames_[index].code, frames_[index].sp, frames_[index].fp};
  }
  bool fp_is_live(std::int32_t index) const { return frames_[index].fp_is_live; }
  // The words that the steps from frame `index` outward read are the first so many of words(), the
  // outermost one first.
  std::uint32_t words_of(std::int32_t index) const { return frames_[index].words; }
  const RememberedWord* words() const { return words_; }
  std::uint64_t sp_of(std::int32_t index) const { return frames_[index].sp; }
  wire::TraceIndex trace_of(std::int32_t index) const { return frames_[index].trace; }

  // The first frame from `index` outward that lies on another stack than the frame it called:
  // its sp is the lower one. kNone if there is none.
  std::int32_t next_switch(std::int32_t index) const;

  // Whether a frame in this state would be the innermost one, and all outward of it is as it was;
  // asks for no more than the memory of a stack that lies in order. Its trace, or 0.
  wire::TraceIndex same_again(const FrameState& state) const {
    const std::int32_t innermost = count() - 1;
    if (!is_regular() || innermost < 0 || !matches(innermost, state)) return 0;
    return count_unequal(innermost, 0) == 0 ? frames_[innermost].trace : 0;
  }

  // Whether frame `index` is there in that state and with that trace, and all outward of it is as
  // it was; asks for no more memory than same_again.
  bool stands(std::int32_t index, const FrameState& state, wire::TraceIndex trace) const {
    if (!is_regular() || index >= count() || !matches(index, state)) return false;
    return frames_[index].trace == trace && count_unequal(index, 0) == 0;
  }

  // Compares the remembered words from frame `index` outward with what is there now: the first
  // frame of which one changed. kNone: all that lies outward is as it was.
  std::int32_t first_changed(std::int32_t index, StackBounds& bounds) const {
    const std::uint32_t unproved = count_unproved(index, bounds);
    return unproved == 0 ? kNone : frame_of_word(unproved - 1, index);
  }

  // A change: frames are added to the outermost `kept` of those that were there.
  class Change {
   public:
    Change(CachedStack& stack, std::int32_t kept);
    // The next frame inward; `caller`: what the step from it led to, null if it has none.
    // False: there is no room to remember it.
    bool add(const FreshFrame& frame, const FrameState* caller, wire::TraceIndex trace);
    // From now on the frames added so far count.
    void publish();

   private:
    void remember_step(const FreshFrame& fresh, const FrameState& caller, bool caller_fp_is_live);
    void remember(std::uint64_t address, std::uint64_t value, bool is_distrusted);

    CachedStack& stack_;
    std::uint32_t count_;
    std::uint32_t words_;
  };

  void set_broken(bool is_broken) { is_broken_ = is_broken; }

 private:
  using Word = RememberedWord;
  struct Frame {
    std::uint64_t sp;
    CodeKey code;
    std::uint64_t fp;
    wire::TraceIndex trace;
    std::uint32_t words : 30;  // that the steps from here outward read: the first so many
    std::uint32_t fp_is_live : 1;
    std::uint32_t is_switched : 1;  // see next_switch
  };
  static_assert(sizeof(Frame) == 32);

  std::uint32_t count_unequal(std::int32_t index, std::uint32_t least) const;
  std::uint32_t count_unproved(std::int32_t index, StackBounds& bounds) const;
  void forget_switches(std::uint32_t kept);
  std::int32_t frame_of_word(std::uint32_t word, std::int32_t innermost) const;

  static constexpr int kBlock = 8;  // words that are compared without a branch

  Frame* frames_;
  Word* words_;  // after kBlock words of padding
  std::uint32_t max_words_;
  std::uint32_t count_;
  // The first so many words cannot be taken to be readable, or do not lie in ascending order
  // of addresses from the innermost one outward.
  std::uint32_t irregular_;
  std::uint32_t switched_;
  bool is_broken_;
};

// How many of the words that lie outward of the frame were not found unchanged, of those beyond
// the first `least`.
// The memory of a stack may have gone since: a word is read only where walking by rules would
// read it too, after all those before it were found equal, or where it shares a page with such
// a one.
inline std::uint32_t CachedStack::count_unequal(std::int32_t index, std::uint32_t least) const {
  std::uint32_t left = frames_[index].words;
  // The return address into the frame lies right below its sp, and was read.
  std::uint64_t mapped_end = page_end(frames_[index].sp - 1);
  while (left > least) {
    // The last block may go on into the padding, whose words never change.
    const std::uint32_t farthest = left < least + kBlock ? least : left - kBlock;
    const bool is_whole = left >= least + kBlock || least == 0;
    const Word* words = words_ + left;
    if (is_whole && words_[farthest].address < mapped_end) [[likely]] {
      std::uint64_t difference = 0;
#pragma GCC unroll 8
      for (int i = 1; i <= kBlock; ++i) difference |= words[-i].change();
      if (difference == 0) [[likely]] {
        left = farthest;
        continue;
      }
      while (words[-1].change() == 0) --words;
      return static_cast<std::uint32_t>(words - words_);
    }
    if (words[-1].change() != 0) return left;
    const std::uint64_t end = page_end(words[-1].address);
    if (end > mapped_end) mapped_end = end;
    --left;
  }
  return left;
}

}  // namespace heaptally::preload
