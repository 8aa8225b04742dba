// What libunwind sees of the process: it asks the accessors for each register and each word of
// memory. For the pieces of libunwind.h only.
#pragma once

#include <libunwind-x86_64.h>

#include <cstdint>

#include "preload/arch.h"
#include "preload/modules.h"
#include "preload/stack_bounds.h"

namespace heaptally::preload {

// Synthetic registers and memory: far apart and beyond any address of a process, so that a
// result tells what it was computed from.
inline constexpr std::uint64_t kSyntheticSp = 0x4000'0000'0000'0000;
inline constexpr std::uint64_t kSyntheticFp = 0x5000'0000'0000'0000;
inline constexpr std::uint64_t kSyntheticWord = 0x6000'0000'0000'0000;  // + index * kWordStride
inline constexpr std::uint64_t kSyntheticOther = 0x7000'0000'0000'0000;
inline constexpr std::uint64_t kWordStride = std::uint64_t{1} << 40;
inline constexpr std::int64_t kReach = std::int64_t{1} << 30;

// What the accessors work on: one step from synthetic registers, or a walk over real ones.
struct UnwindWork {
  bool synthetic = false;
  std::uint64_t pc = 0;  // synthetic: the address that is asked about
  const FullRegisters* registers = nullptr;
  ReadablePages pages;
  ModuleView module;            // in which unwind tables may be read
  bool no_information = false;  // find_proc_info found nothing
  static constexpr int kMaxReads = 8;
  std::uint64_t reads[kMaxReads];  // synthetic addresses that were read
  int read_count = 0;
};

// The argument of each is an UnwindWork.
extern unw_accessors_t g_libunwind_accessors;

// One of them: finds the call-frame information for `ip`.
int find_proc_info(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t* info, int need_unwind,
                   void* argument);

// Whether the code at `pc` is what a signal handler returns to.
bool is_signal_return_in(const ModuleView& view, std::uint64_t pc);

}  // namespace heaptally::preload
