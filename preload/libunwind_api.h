// The functions of libunwind that the shim calls. For the pieces of libunwind.h only.
#pragma once

#include <libunwind-x86_64.h>

namespace heaptally::preload {

struct LibunwindApi {
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

// Set by load_libunwind().
extern LibunwindApi g_libunwind;
// What calls the accessors (libunwind_accessors.h), and keeps nothing of what they answer.
extern unw_addr_space_t g_libunwind_space;

}  // namespace heaptally::preload
