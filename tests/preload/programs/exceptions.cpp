// Exceptions thrown and caught at depth, through functions that allocate; backtrace(); and
// libunwind in the program's own use.
#include <dlfcn.h>
#include <execinfo.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

extern "C" {
#include "books.h"
}

namespace {

[[gnu::noinline]] int descend(int depth) {
  std::unique_ptr<char, void (*)(void*)> kept(static_cast<char*>(book(std::malloc(40), 40)),
                                              [](void* block) { std::free(strike(block, 40)); });
  if (depth == 0) throw std::runtime_error("the bottom");
  const int below = descend(depth - 1);
  return below + kept.get()[0];
}

int throw_and_catch(int depth) {
  try {
    return descend(depth);
  } catch (const std::exception& error) {
    return std::string(error.what()) == "the bottom" ? 1 : 0;
  }
}

int nested_rethrow() {
  try {
    try {
      descend(3);
    } catch (...) {
      std::free(strike(book(std::malloc(50), 50), 50));
      throw;
    }
  } catch (const std::runtime_error&) {
    return 1;
  }
  return 0;
}

int frames_of_backtrace() {
  void* frames[64];
  std::free(strike(book(std::malloc(60), 60), 60));
  return backtrace(frames, 64);
}

// A libunwind of the program's own, in whatever scope it likes.
bool step_with_libunwind() {
  void* library = dlopen("libunwind.so.8", RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) return true;  // not installed
  using Backtrace = int (*)(void**, int);
  const auto backtrace_function = reinterpret_cast<Backtrace>(dlsym(library, "unw_backtrace"));
  void* frames[64];
  return backtrace_function != nullptr && backtrace_function(frames, 64) > 2;
}

}  // namespace

int main() {
  int caught = 0;
  for (int i = 0; i < 50; ++i) caught += throw_and_catch(i);
  caught += nested_rethrow();
  const int frames = frames_of_backtrace();
  REQUIRE(caught == 51 && frames >= 2 && step_with_libunwind());
  caught = throw_and_catch(100) + nested_rethrow();
  REQUIRE(caught == 2);
  dprintf(1, "frames=%d\n", frames);
  report_books();
}
