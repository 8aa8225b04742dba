#include "preload/libunwind.h"
#include "preload/libunwind_accessors.h"
#include "preload/libunwind_api.h"
#include "preload/libunwind_gate.h"
#include "preload/private_stack.h"

namespace heaptally::preload {
namespace {

// A walk with libunwind's own steps over the real stack.
class StackWalk {
 public:
  explicit StackWalk(const FullRegisters& from) {
    work_.registers = &from;
    is_good_ = g_libunwind.init_remote(&cursor_, g_libunwind_space, &work_) == 0 && read();
  }

  // False: the walk has ended.
  bool is_good() const { return is_good_; }
  const Registers& at() const { return at_; }
  // The frame is one that a signal interrupted.
  bool is_exact() const { return is_exact_; }
  // All steps up to here had call-frame information.
  bool is_certain() const { return !work_.no_information; }

  // What unw_step returned.
  int step() {
    ModuleView view;
    const bool is_signal = find_module(at_.pc, view) && is_signal_return_in(view, at_.pc);
    work_.module = view;
    const int status = g_libunwind.step(&cursor_);
    is_exact_ = is_signal;
    is_good_ = status > 0 && read();
    return status;
  }

  // To the frame at `place`. False: it is not there.
  bool step_to(const Registers& place) {
    while (is_good_ && !(at_.pc == place.pc && at_.sp == place.sp)) step();
    return is_good_;
  }

 private:
  bool read() {
    unw_word_t pc = 0, sp = 0, fp = 0;
    if (g_libunwind.get_reg(&cursor_, UNW_REG_IP, &pc) != 0 || pc == 0) return false;
    if (g_libunwind.get_reg(&cursor_, UNW_REG_SP, &sp) != 0) return false;
    if (g_libunwind.get_reg(&cursor_, UNW_X86_64_RBP, &fp) != 0) fp = 0;
    at_ = {pc, sp, fp};
    return true;
  }

  UnwindWork work_;
  unw_cursor_t cursor_;
  Registers at_ = {};
  bool is_good_ = false;
  bool is_exact_ = false;
};

wire::FrameKey key_of(std::uint64_t pc, bool exact) {
  ModuleView view;
  const std::uint32_t module =
      find_module(pc - !exact, view) ? g_modules.record_of(view) : ModuleRegistry::kNone;
  return wire::frame_key(pc, module,
                         exact ? wire::FrameKind::kExact : wire::FrameKind::kReturnAddress);
}

void walk_on_this_stack(const FullRegisters& from, const Registers& start, LibunwindStack& stack) {
  const InsideLibunwind inside;
  StackWalk walk(from);
  for (walk.step_to(start); walk.is_good(); walk.step()) {
    if (stack.count == stack.max) {
      stack.is_cut = true;
      return;
    }
    stack.frames[stack.count++] = key_of(walk.at().pc, walk.is_exact());
    if (walk.is_certain()) stack.certain = stack.count;
  }
}

LibunwindStep step_on_this_stack(const FullRegisters& from, const Registers& start, Registers& at) {
  const InsideLibunwind inside;
  StackWalk walk(from);
  if (!walk.step_to(start) || !walk.step_to(at)) return LibunwindStep::kFailed;
  const int status = walk.step();
  if (status == 0) return LibunwindStep::kOutermost;
  if (!walk.is_good()) return LibunwindStep::kFailed;
  at = walk.at();
  return LibunwindStep::kStepped;
}

}  // namespace

void walk_with_libunwind(const FullRegisters& from, const Registers& start, LibunwindStack& stack,
                         void* stack_top) {
  auto walk = [&] { walk_on_this_stack(from, start, stack); };
  call_on_private_stack(stack_top, walk);
}

LibunwindStep step_with_libunwind(const FullRegisters& from, const Registers& start, Registers& at,
                                  void* stack_top) {
  LibunwindStep result = LibunwindStep::kFailed;
  auto step = [&] { result = step_on_this_stack(from, start, at); };
  call_on_private_stack(stack_top, step);
  return result;
}

}  // namespace heaptally::preload
