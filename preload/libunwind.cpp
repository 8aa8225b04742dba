#include "preload/libunwind.h"

#include <dlfcn.h>
#include <libunwind-x86_64.h>

#include <atomic>
#include <cstring>

#include "preload/modules.h"
#include "preload/private_stack.h"

namespace heaptally::preload {
namespace {

// Threads that may hold libunwind's own lock.
constinit std::atomic<std::uint32_t> g_threads_inside{0};
constinit std::atomic<bool> g_lock_is_lost{false};

// Threads that are about to fork: others stay out until they have.
constinit std::atomic<std::uint32_t> g_forks_pending{0};

// How long threads and forks wait for one another at most.
constexpr int kNaps = 1000;
inline void nap() {
  const timespec time = {0, 20'000};
  raw_syscall(SYS_nanosleep, reinterpret_cast<long>(&time));
}

class InsideLibunwind {
 public:
  InsideLibunwind() {
    // Either a forking thread sees this one inside, or this one sees that it is about to fork.
    g_threads_inside.fetch_add(1, std::memory_order_seq_cst);
    for (int i = 0; i < kNaps && g_forks_pending.load(std::memory_order_seq_cst) != 0; ++i) {
      g_threads_inside.fetch_sub(1, std::memory_order_seq_cst);
      nap();
      g_threads_inside.fetch_add(1, std::memory_order_seq_cst);
    }
  }
  ~InsideLibunwind() { g_threads_inside.fetch_sub(1, std::memory_order_acq_rel); }
  InsideLibunwind(const InsideLibunwind&) = delete;
  InsideLibunwind& operator=(const InsideLibunwind&) = delete;
};

constexpr char kLibrary[] = "libunwind-x86_64.so.8";

struct Api {
  decltype(&unw_create_addr_space) create_addr_space;
  decltype(&unw_set_caching_policy) set_caching_policy;
  decltype(&unw_init_remote) init_remote;
  decltype(&unw_step) step;
  decltype(&unw_get_reg) get_reg;
  decltype(&unw_get_save_loc) get_save_loc;
  // Exported, though not in the header: searches a binary search table of .eh_frame_hdr.
  int (*search_unwind_table)(unw_addr_space_t, unw_word_t, unw_dyn_info_t*, unw_proc_info_t*, int,
                             void*);
};

Api g_api;
unw_addr_space_t g_space;

// Synthetic registers and memory: far apart and beyond any address of a process, so that a
// result tells what it was computed from.
constexpr std::uint64_t kSyntheticSp = 0x4000'0000'0000'0000;
constexpr std::uint64_t kSyntheticFp = 0x5000'0000'0000'0000;
constexpr std::uint64_t kSyntheticWord = 0x6000'0000'0000'0000;  // + index << 40: a word read
constexpr std::uint64_t kSyntheticOther = 0x7000'0000'0000'0000;
constexpr std::uint64_t kWordStride = std::uint64_t{1} << 40;
constexpr std::int64_t kReach = std::int64_t{1} << 30;

// What the accessors work on: one step from synthetic registers, or a walk over real ones.
struct Work {
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

bool distance(std::uint64_t value, std::uint64_t base, std::int32_t& offset) {
  const auto difference = static_cast<std::int64_t>(value - base);
  if (difference <= -kReach || difference >= kReach) return false;
  offset = static_cast<std::int32_t>(difference);
  return true;
}

int access_mem(unw_addr_space_t, unw_word_t address, unw_word_t* value, int write, void* argument) {
  auto& work = *static_cast<Work*>(argument);
  if (write != 0) return -UNW_EINVAL;
  const bool in_module = address >= work.module.start && address < work.module.end &&
                         work.module.end - address >= sizeof(*value);
  if (in_module || (!work.synthetic && work.pages.readable(address))) {
    std::memcpy(value, reinterpret_cast<const void*>(address), sizeof(*value));
    return 0;
  }
  if (!work.synthetic || work.read_count == Work::kMaxReads) return -UNW_EINVAL;
  for (int i = 0; i < work.read_count; ++i) {
    if (work.reads[i] != address) continue;
    *value = kSyntheticWord + static_cast<std::uint64_t>(i) * kWordStride;
    return 0;
  }
  *value = kSyntheticWord + static_cast<std::uint64_t>(work.read_count) * kWordStride;
  work.reads[work.read_count++] = address;
  return 0;
}

int access_reg(unw_addr_space_t, unw_regnum_t number, unw_word_t* value, int write,
               void* argument) {
  const auto& work = *static_cast<const Work*>(argument);
  if (write != 0) return -UNW_EREADONLYREG;
  if (work.synthetic) {
    switch (number) {
      case UNW_X86_64_RIP:
        *value = work.pc;
        return 0;
      case UNW_X86_64_RSP:
        *value = kSyntheticSp;
        return 0;
      case UNW_X86_64_RBP:
        *value = kSyntheticFp;
        return 0;
      default:
        *value = kSyntheticOther + static_cast<std::uint64_t>(number) * kWordStride;
        return 0;
    }
  }
  const FullRegisters& registers = *work.registers;
  switch (number) {
    case UNW_X86_64_RIP:
      *value = registers.rip;
      return 0;
    case UNW_X86_64_RSP:
      *value = registers.rsp;
      return 0;
    case UNW_X86_64_RBP:
      *value = registers.rbp;
      return 0;
    case UNW_X86_64_RBX:
      *value = registers.rbx;
      return 0;
    case UNW_X86_64_R12:
      *value = registers.r12;
      return 0;
    case UNW_X86_64_R13:
      *value = registers.r13;
      return 0;
    case UNW_X86_64_R14:
      *value = registers.r14;
      return 0;
    case UNW_X86_64_R15:
      *value = registers.r15;
      return 0;
    default:
      *value = 0;
      return 0;
  }
}

// The binary search table of the module's .eh_frame_hdr, as libunwind wants it described.
bool describe_table(const ModuleView& module, unw_dyn_info_t& table) {
  constexpr unsigned char kVersion = 1, kUdata4 = 0x03, kDataRelSdata4 = 0x3b;
  constexpr std::uint64_t kTableOffset = 12;
  const unsigned char* header = module.eh_frame_header;
  const auto address = reinterpret_cast<std::uint64_t>(header);
  if (address < module.start || address + kTableOffset > module.end) return false;
  const bool pointer_is_4_bytes = (header[1] & 0x07) == 0x03;
  if (header[0] != kVersion || !pointer_is_4_bytes || header[2] != kUdata4 ||
      header[3] != kDataRelSdata4) {
    return false;
  }
  std::uint32_t entries;
  std::memcpy(&entries, header + 8, sizeof(entries));
  table = {};
  table.start_ip = module.start;
  table.end_ip = module.end;
  table.format = UNW_INFO_FORMAT_REMOTE_TABLE;
  table.u.rti.segbase = address;
  table.u.rti.table_len = entries * std::uint64_t{8} / sizeof(unw_word_t);
  table.u.rti.table_data = address + kTableOffset;
  return true;
}

int find_proc_info(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t* info, int need_unwind,
                   void* argument) {
  auto& work = *static_cast<Work*>(argument);
  unw_dyn_info_t table;
  int status = -UNW_ENOINFO;
  if (find_module(ip, work.module) && describe_table(work.module, table)) {
    status = g_api.search_unwind_table(space, ip, &table, info, need_unwind, argument);
  }
  if (status < 0) work.no_information = true;
  return status;
}

void put_unwind_info(unw_addr_space_t, unw_proc_info_t*, void*) {}

int no_dyn_info(unw_addr_space_t, unw_word_t*, void*) { return -UNW_ENOINFO; }

int no_fpreg(unw_addr_space_t, unw_regnum_t, unw_fpreg_t*, int, void*) { return -UNW_EBADREG; }

int no_resume(unw_addr_space_t, unw_cursor_t*, void*) { return -UNW_EINVAL; }

int no_proc_name(unw_addr_space_t, unw_word_t, char*, size_t, unw_word_t*, void*) {
  return -UNW_ENOINFO;
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

// Where the step put the frame pointer of the caller.
bool read_frame_pointer_rule(unw_cursor_t& cursor, std::uint64_t cfa, Rule& rule) {
  unw_save_loc_t place;
  if (g_api.get_save_loc(&cursor, UNW_X86_64_RBP, &place) != 0) return false;
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
bool read_cfa_rule(const Work& work, std::uint64_t cfa, Rule& rule) {
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

// A wrong return address may point at the end of a module, or into a hole between segments.
bool is_signal_return_in(const ModuleView& view, std::uint64_t pc) {
  const std::uint64_t last = pc + kSignalReturnBytes - 1;
  return last < view.end && is_readable_memory(pc & ~std::uint64_t{7}) &&
         is_readable_memory(last & ~std::uint64_t{7}) &&
         is_signal_return(reinterpret_cast<const void*>(pc));
}

// Where a return address is the start of a function, with nothing known of what is before it,
// there was no call: makecontext and its like put it there for the first function of a stack.
bool is_function_start(std::uint64_t pc, Work& work) {
  unw_proc_info_t info;
  return find_proc_info(g_space, pc, &info, 0, &work) == 0 && info.start_ip == pc;
}

Rule unsupported_in(std::uint16_t module, wire::FallbackCause cause) {
  Rule rule = unsupported(cause);
  rule.module = module;
  return rule;
}

}  // namespace

bool may_call_libunwind() {
  return may_call_system() && !g_lock_is_lost.load(std::memory_order_relaxed);
}

void note_fork_in_libunwind() {
  g_forks_pending.store(0, std::memory_order_relaxed);
  // A handler that forks runs in none of them itself: libunwind blocks signals under its lock.
  if (g_threads_inside.exchange(0, std::memory_order_relaxed) != 0) {
    g_lock_is_lost.store(true, std::memory_order_relaxed);
  }
}

void keep_out_of_libunwind() {
  g_forks_pending.fetch_add(1, std::memory_order_seq_cst);
  if (!may_call_system()) return;
  for (int i = 0; i < kNaps && g_threads_inside.load(std::memory_order_seq_cst) != 0; ++i) nap();
}

void let_into_libunwind() { g_forks_pending.fetch_sub(1, std::memory_order_seq_cst); }

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
  Work work;
  work.synthetic = true;
  work.pc = pc - !exact;
  work.module = view;
  unw_cursor_t cursor;
  if (g_api.init_remote(&cursor, g_space, &work) != 0) {
    return unsupported_in(rule.module, wire::FallbackCause::kNoStep);
  }
  const int status = g_api.step(&cursor);
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
  if (g_api.get_reg(&cursor, UNW_REG_SP, &cfa) != 0 || !read_cfa_rule(work, cfa, rule)) {
    return unsupported_in(rule.module, cause_of(cfa));
  }
  unw_save_loc_t return_address;
  std::int32_t slot = 0;
  const bool is_below = g_api.get_save_loc(&cursor, UNW_X86_64_RIP, &return_address) == 0 &&
                        return_address.type == UNW_SLT_MEMORY &&
                        distance(return_address.u.addr, cfa, slot) && slot == kReturnAddressSlot;
  if (!is_below) return unsupported_in(rule.module, wire::FallbackCause::kReturnAddressPlace);
  if (!read_frame_pointer_rule(cursor, cfa, rule)) {
    return unsupported_in(rule.module, wire::FallbackCause::kFramePointerPlace);
  }
  return rule;
}

namespace {

// A walk with libunwind's own steps over the real stack.
class StackWalk {
 public:
  explicit StackWalk(const FullRegisters& from) {
    work_.registers = &from;
    is_good_ = g_api.init_remote(&cursor_, g_space, &work_) == 0 && read();
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
    const int status = g_api.step(&cursor_);
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
    if (g_api.get_reg(&cursor_, UNW_REG_IP, &pc) != 0 || pc == 0) return false;
    if (g_api.get_reg(&cursor_, UNW_REG_SP, &sp) != 0) return false;
    if (g_api.get_reg(&cursor_, UNW_X86_64_RBP, &fp) != 0) fp = 0;
    at_ = {pc, sp, fp};
    return true;
  }

  Work work_;
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

bool load_libunwind() {
  void* library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return false;
  const bool found = find(library, "_Ux86_64_create_addr_space", g_api.create_addr_space) &&
                     find(library, "_Ux86_64_set_caching_policy", g_api.set_caching_policy) &&
                     find(library, "_Ux86_64_init_remote", g_api.init_remote) &&
                     find(library, "_Ux86_64_step", g_api.step) &&
                     find(library, "_Ux86_64_get_reg", g_api.get_reg) &&
                     find(library, "_Ux86_64_get_save_loc", g_api.get_save_loc) &&
                     find(library, "_Ux86_64_dwarf_search_unwind_table", g_api.search_unwind_table);
  if (!found) return false;
  static unw_accessors_t accessors = {find_proc_info, put_unwind_info, no_dyn_info, access_mem,
                                      access_reg,     no_fpreg,        no_resume,   no_proc_name};
  g_space = g_api.create_addr_space(&accessors, 0);
  if (g_space == nullptr) return false;
  g_api.set_caching_policy(g_space, UNW_CACHE_NONE);
  return true;
}

void walk_with_libunwind(const FullRegisters& from, const Registers& start, LibunwindStack& stack,
                         void* stack_top) {
  struct Call {
    const FullRegisters& from;
    const Registers& start;
    LibunwindStack& stack;
  } call = {from, start, stack};
  call_on_private_stack(
      stack_top,
      [](void* argument) {
        const Call& self = *static_cast<const Call*>(argument);
        walk_on_this_stack(self.from, self.start, self.stack);
      },
      &call);
}

LibunwindStep step_with_libunwind(const FullRegisters& from, const Registers& start, Registers& at,
                                  void* stack_top) {
  struct Call {
    const FullRegisters& from;
    const Registers& start;
    Registers& at;
    LibunwindStep result;
  } call = {from, start, at, LibunwindStep::kFailed};
  call_on_private_stack(
      stack_top,
      [](void* argument) {
        Call& self = *static_cast<Call*>(argument);
        self.result = step_on_this_stack(self.from, self.start, self.at);
      },
      &call);
  return call.result;
}

}  // namespace heaptally::preload
