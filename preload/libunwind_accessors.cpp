#include "preload/libunwind_accessors.h"

#include <cstring>

#include "preload/libunwind_api.h"

namespace heaptally::preload {
namespace {

int access_mem(unw_addr_space_t, unw_word_t address, unw_word_t* value, int write, void* argument) {
  auto& work = *static_cast<UnwindWork*>(argument);
  if (write != 0) return -UNW_EINVAL;
  const bool in_module = address >= work.module.start && address < work.module.end &&
                         work.module.end - address >= sizeof(*value);
  if (in_module || (!work.synthetic && work.pages.readable(address))) {
    std::memcpy(value, reinterpret_cast<const void*>(address), sizeof(*value));
    return 0;
  }
  if (!work.synthetic || work.read_count == UnwindWork::kMaxReads) return -UNW_EINVAL;
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
  const auto& work = *static_cast<const UnwindWork*>(argument);
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

void put_unwind_info(unw_addr_space_t, unw_proc_info_t*, void*) {}

int no_dyn_info(unw_addr_space_t, unw_word_t*, void*) { return -UNW_ENOINFO; }

int no_fpreg(unw_addr_space_t, unw_regnum_t, unw_fpreg_t*, int, void*) { return -UNW_EBADREG; }

int no_resume(unw_addr_space_t, unw_cursor_t*, void*) { return -UNW_EINVAL; }

int no_proc_name(unw_addr_space_t, unw_word_t, char*, size_t, unw_word_t*, void*) {
  return -UNW_ENOINFO;
}

}  // namespace

int find_proc_info(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t* info, int need_unwind,
                   void* argument) {
  auto& work = *static_cast<UnwindWork*>(argument);
  unw_dyn_info_t table;
  int status = -UNW_ENOINFO;
  if (find_module(ip, work.module) && describe_table(work.module, table)) {
    status = g_libunwind.search_unwind_table(space, ip, &table, info, need_unwind, argument);
  }
  if (status < 0) work.no_information = true;
  return status;
}

// A wrong return address may point at the end of a module, or into a hole between segments.
bool is_signal_return_in(const ModuleView& view, std::uint64_t pc) {
  const std::uint64_t last = pc + kSignalReturnBytes - 1;
  return last < view.end && is_readable_memory(pc & ~std::uint64_t{7}) &&
         is_readable_memory(last & ~std::uint64_t{7}) &&
         is_signal_return(reinterpret_cast<const void*>(pc));
}

unw_accessors_t g_libunwind_accessors = {find_proc_info, put_unwind_info, no_dyn_info,
                                         access_mem,     access_reg,      no_fpreg,
                                         no_resume,      no_proc_name};

}  // namespace heaptally::preload
