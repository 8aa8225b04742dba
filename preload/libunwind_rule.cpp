#include "preload/libunwind.h"
#include "preload/libunwind_accessors.h"
#include "preload/libunwind_api.h"
#include "preload/libunwind_gate.h"

namespace heaptally::preload {
namespace {

bool distance(std::uint64_t value, std::uint64_t base, std::int32_t& offset) {
  const auto difference = static_cast<std::int64_t>(value - base);
  if (difference <= -kReach || difference >= kReach) return false;
  offset = static_cast<std::int32_t>(difference);
  return true;
}

// Where the step put the frame pointer of the caller.
bool read_frame_pointer_rule(unw_cursor_t& cursor, std::uint64_t cfa, Rule& rule) {
  unw_save_loc_t place;
  if (g_libunwind.get_save_loc(&cursor, UNW_X86_64_RBP, &place) != 0) return false;
  if (place.type == UNW_SLT_REG) {
    rule.frame_pointer = FramePointerRule::kUnchanged;
    return place.u.regnum == UNW_X86_64_RBP;
  }
  if (place.type != UNW_SLT_MEMORY) return false;
  if (distance(place.u.addr, cfa, rule.fp_offset)) {
    rule.frame_pointer = FramePointerRule::kAtCfa;
    return true;
  }
  rule.frame_pointer = FramePointerRule::kAtFramePointer;
  return distance(place.u.addr, kSyntheticFp, rule.fp_offset);
}

// Why a canonical frame address is not given by sp, fp, or a word on the stack.
wire::FallbackCause cause_of(std::uint64_t cfa) {
  const std::uint64_t nearest = (cfa + kReach) / kWordStride * kWordStride;
  std::int32_t offset;
  const bool is_register = nearest >= kSyntheticOther && distance(cfa, nearest, offset);
  return is_register ? wire::FallbackCause::kOtherRegister : wire::FallbackCause::kExpression;
}

// What the step computed the canonical frame address from.
bool read_cfa_rule(const UnwindWork& work, std::uint64_t cfa, Rule& rule) {
  if (distance(cfa, kSyntheticSp, rule.cfa_offset)) {
    rule.kind = RuleKind::kStackPointer;
    return true;
  }
  if (distance(cfa, kSyntheticFp, rule.cfa_offset)) {
    rule.kind = RuleKind::kFramePointer;
    return true;
  }
  rule.kind = RuleKind::kDereference;
  return work.read_count > 0 && distance(cfa, kSyntheticWord, rule.cfa_offset) &&
         distance(work.reads[0], kSyntheticFp, rule.base_offset);
}

// Where a return address is the start of a function, with nothing known of what is before it,
// there was no call: makecontext and its like put it there for the first function of a stack.
bool is_function_start(std::uint64_t pc, UnwindWork& work) {
  unw_proc_info_t info;
  return find_proc_info(g_libunwind_space, pc, &info, 0, &work) == 0 && info.start_ip == pc;
}

Rule unsupported_in(std::uint16_t module, wire::FallbackCause cause) {
  Rule rule = unsupported(cause);
  rule.module = module;
  return rule;
}

}  // namespace

Rule derive_rule(std::uint64_t pc, bool exact) {
  const InsideLibunwind inside;
  Rule rule;
  ModuleView view;
  if (!find_module(pc - !exact, view)) {
    rule.kind = RuleKind::kFrameChain;
    return rule;
  }
  rule.module = static_cast<std::uint16_t>(g_modules.record_of(view));
  if (is_signal_return_in(view, pc)) {
    rule.kind = RuleKind::kSignalReturn;
    return rule;
  }
  UnwindWork work;
  work.synthetic = true;
  work.pc = pc - !exact;
  work.module = view;
  unw_cursor_t cursor;
  if (g_libunwind.init_remote(&cursor, g_libunwind_space, &work) != 0) {
    return unsupported_in(rule.module, wire::FallbackCause::kNoStep);
  }
  const int status = g_libunwind.step(&cursor);
  if (work.no_information) {
    const bool is_made_up = !exact && is_function_start(pc, work);
    rule.kind = is_made_up ? RuleKind::kOutermost : RuleKind::kFrameChain;
    return rule;
  }
  if (status == 0) {
    rule.kind = RuleKind::kOutermost;
    return rule;
  }
  if (status < 0) return unsupported_in(rule.module, wire::FallbackCause::kNoStep);
  unw_word_t cfa = 0;
  if (g_libunwind.get_reg(&cursor, UNW_REG_SP, &cfa) != 0 || !read_cfa_rule(work, cfa, rule)) {
    return unsupported_in(rule.module, cause_of(cfa));
  }
  unw_save_loc_t return_address;
  std::int32_t slot = 0;
  const bool is_below = g_libunwind.get_save_loc(&cursor, UNW_X86_64_RIP, &return_address) == 0 &&
                        return_address.type == UNW_SLT_MEMORY &&
                        distance(return_address.u.addr, cfa, slot) && slot == kReturnAddressSlot;
  if (!is_below) return unsupported_in(rule.module, wire::FallbackCause::kReturnAddressPlace);
  if (!read_frame_pointer_rule(cursor, cfa, rule)) {
    return unsupported_in(rule.module, wire::FallbackCause::kFramePointerPlace);
  }
  return rule;
}

}  // namespace heaptally::preload
