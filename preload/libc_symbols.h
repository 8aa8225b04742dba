// libc's own symbol table, for libraries that look there first.
#pragma once

namespace heaptally::preload {

// A library that is loaded with RTLD_DEEPBIND searches its own dependencies before everything
// else, and so finds libc's allocator and not the hooks. From here on it finds the hooks there,
// too: in this process's private copy of the page, libc's symbols say where they are.
// Does nothing where another allocator stands between the shim and libc: it may ask libc's table
// for the real functions, and would get its own caller. Before threads.
void redirect_libc_symbols();

}  // namespace heaptally::preload
