// Two builds of one library are loaded and unloaded in turn, each where the other was.
#include <dlfcn.h>
#include <link.h>

#include <atomic>

#include "library.h"
#include "torture.h"

namespace torture {
namespace {

const char* g_paths[2];
std::atomic<bool> g_is_busy;
// By whoever set g_is_busy.
std::uintptr_t g_last_place;
long g_loaded, g_same_place, g_library_allocations;

struct Errand {
  Worker* worker;
  int depth;
};

void run_errand(void* argument) {
  auto& errand = *static_cast<Errand*>(argument);
  allocate(270);
  if (errand.depth >= 0) go_on(*errand.worker, errand.depth);
}

void call_library(void* library, Worker& worker, int depth) {
  void* symbol = dlsym(library, "torture_library_run");
  REQUIRE(symbol != nullptr);
  const auto run = reinterpret_cast<decltype(&torture_library_run)>(symbol);
  Errand errand = {&worker, depth};
  g_library_allocations += run(run_errand, &errand, worker.random.below(6));
  errand.depth = -1;
  g_library_allocations += run(run_errand, &errand, worker.random.below(6));
}

}  // namespace

void prepare_libraries(const char* first, const char* second) {
  g_paths[0] = first;
  g_paths[1] = second;
}

void load_library(Worker& worker, int depth) {
  if (g_is_busy.exchange(true)) return go_on(worker, depth);
  const char* path = g_paths[g_loaded % 2];
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) dprintf(2, "%s\n", dlerror());
  REQUIRE(library != nullptr);
  struct link_map* map = nullptr;
  REQUIRE(dlinfo(library, RTLD_DI_LINKMAP, &map) == 0);
  g_same_place += g_last_place == map->l_addr;
  g_last_place = map->l_addr;
  ++g_loaded;
  call_library(library, worker, depth);
  REQUIRE(dlclose(library) == 0);
  g_is_busy = false;
  allocate(280);
}

void report_libraries() {
  dprintf(1, "loaded=%ld\nsame_place=%ld\nlibrary_allocations=%ld\n", g_loaded, g_same_place,
          g_library_allocations);
}

}  // namespace torture
