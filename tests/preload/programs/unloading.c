/* Loads and unloads two libraries in turn, so that each is mapped where the other was, and
   allocates through both; and unloads through iconv, which calls no dlclose.
   Usage: unloading FIRST SECOND */
#include <dlfcn.h>
#include <iconv.h>
#include <link.h>

#include "books.h"

typedef void* (*Allocate)(void* (*)(size_t), size_t);

__attribute__((noinline)) static void* allocate_here(size_t size) {
  return book(malloc(size), size);
}

static uintptr_t run_plugin(const char* path, size_t size) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) dprintf(2, "%s\n", dlerror());
  REQUIRE(library != NULL);
  Allocate allocate = (Allocate)(uintptr_t)dlsym(library, "plugin_allocate");
  REQUIRE(allocate != NULL);
  free(strike(allocate(allocate_here, size), size));
  struct link_map* map = NULL;
  REQUIRE(dlinfo(library, RTLD_DI_LINKMAP, &map) == 0);
  const uintptr_t where = map->l_addr;
  REQUIRE(dlclose(library) == 0);
  return where;
}

static void convert(const char* from) {
  iconv_t conversion = iconv_open("UTF-8", from);
  if (conversion == (iconv_t)-1) return;
  char in[] = "text", out[64];
  char *source = in, *target = out;
  size_t left = sizeof(in), room = sizeof(out);
  iconv(conversion, &source, &left, &target, &room);
  iconv_close(conversion);
}

int main(int argc, char** argv) {
  REQUIRE(argc == 3);
  int same_place = 0;
  for (int i = 0; i < 200; ++i) {
    const uintptr_t first = run_plugin(argv[1], 111);
    const uintptr_t second = run_plugin(argv[2], 222);
    same_place += first == second;
  }
  static const char* const kCharsets[] = {"ISO-2022-JP", "EUC-KR", "KOI8-R", "CP932", "UTF-7"};
  for (int i = 0; i < 50; ++i) convert(kCharsets[i % 5]);
  run_plugin(argv[1], 111);
  report_books();
  dprintf(1, "same_place=%d\n", same_place);
  return 0;
}
