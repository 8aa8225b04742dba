// Uses the whole allocation family in main and in four threads, with barriers between the
// phases so that its peak is defined, and prints what each marked line allocated, freed
// before anything else, held at the peak and holds at the end.
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>

#include <array>
#include <cerrno>
#include <new>
#include <vector>

#include "ledger.h"

namespace {

using ledger::allocated;
using ledger::Block;
using ledger::leaves;
using ledger::require;

constexpr std::uint32_t kThreads = 4;

// One for each marked line: the marker is the name without its k.
// clang-format off
#define SITES(DO) \
  DO(Malloc) DO(MallocZero) DO(Calloc) DO(CallocZero) DO(ReallocNull) DO(ReallocInPlace) \
  DO(ReallocMove) DO(ReallocShrink) DO(ReallocSmall) DO(ReallocarrayNull) DO(Reallocarray) \
  DO(PosixMemalign) DO(AlignedAlloc) DO(Memalign) DO(Valloc) DO(Pvalloc) DO(New) \
  DO(NewArray) DO(NewNothrow) DO(NewAligned) DO(NewAlignedArray) DO(NewExpression) DO(NewFails) \
  DO(Strdup) DO(Strndup) DO(Vector) DO(Churn) DO(ChurnRealloc) DO(Pipe) DO(PipeRealloc) \
  DO(Grow) DO(GrowSmall) DO(Outgrown) DO(Shrunk) DO(Leak)
// clang-format on

enum SiteId : std::uint32_t {
#define SITE(name) k##name,
  SITES(SITE)
#undef SITE
};

// Sizes that no compiler reasons about.
std::size_t unknown(std::size_t size) {
  asm volatile("" : "+r"(size));
  return size;
}

const std::size_t kHuge = static_cast<std::size_t>(PTRDIFF_MAX) - 4096;

using Free = void (*)(void*);
using FreeSized = void (*)(void*, std::size_t);
using FreeAlignedSized = void (*)(void*, std::size_t, std::size_t);

// Not in every C library: null if it is not there.
Free g_cfree;
FreeSized g_free_sized;
FreeAlignedSized g_free_aligned_sized;

std::atomic<std::uint64_t> g_in_place, g_moved;

void release(const Block& block) {
  leaves(block);
  std::free(block.data);
}

void release_by_cfree(const Block& block) {
  leaves(block);
  g_cfree != nullptr ? g_cfree(block.data) : std::free(block.data);
}

void release_sized(const Block& block) {
  leaves(block);
  g_free_sized != nullptr ? g_free_sized(block.data, block.size) : std::free(block.data);
}

void release_aligned_sized(const Block& block, std::size_t alignment) {
  leaves(block);
  if (g_free_aligned_sized != nullptr) {
    g_free_aligned_sized(block.data, alignment, block.size);
  } else {
    std::free(block.data);
  }
}

void use_malloc(std::size_t unit) {
  const std::size_t size = unknown(10 * unit);
  const Block kept = allocated(kMalloc, std::malloc(size), size);          // Malloc
  const Block empty = allocated(kMallocZero, std::malloc(unknown(0)), 0);  // MallocZero
  std::free(nullptr);
  release(empty);
  const Block zeroed = allocated(kCalloc, std::calloc(unknown(7), size), 7 * size);  // Calloc
  release_by_cfree(zeroed);
  const Block none = allocated(kCallocZero, std::calloc(unknown(0), size), 0);  // CallocZero
  release_sized(kept);
  release(none);
  require(std::malloc(unknown(kHuge)) == nullptr, "malloc of half the address space");
  require(std::calloc(unknown(kHuge), size) == nullptr, "calloc that overflows");
}

void use_realloc(std::size_t unit) {
  std::size_t size = unknown(10 * unit + 1);
  Block block = allocated(kReallocNull, std::realloc(nullptr, size), size);  // ReallocNull
  std::memset(block.data, 'x', size);

  const void* before = block.data;
  size += 3;  // the same chunk has room for it
  leaves(block);
  block = allocated(kReallocInPlace, std::realloc(block.data, size), size);  // ReallocInPlace
  if (block.data == before) g_in_place.fetch_add(1);

  errno = 0;
  require(std::realloc(block.data, unknown(kHuge)) == nullptr, "realloc to half the address space");
  require(errno == ENOMEM, "errno of a failed realloc");
  require(static_cast<char*>(block.data)[size - 4] == 'x', "a failed realloc changed the block");
  require(reallocarray(block.data, unknown(kHuge), size) == nullptr, "reallocarray that overflows");
  require(errno == ENOMEM, "errno of a failed reallocarray");

  before = block.data;
  size = unknown(1024 * 10 * unit);  // mapped on its own: it must move
  leaves(block);
  block = allocated(kReallocMove, std::realloc(block.data, size), size);  // ReallocMove
  if (block.data != before) g_moved.fetch_add(1);

  size = unknown(unit);
  leaves(block);
  block = allocated(kReallocShrink, std::realloc(block.data, size), size);  // ReallocShrink
  size = unknown(unit / 2);
  leaves(block);
  block = allocated(kReallocSmall, std::realloc(block.data, size), size);  // ReallocSmall
  leaves(block);
  require(std::realloc(block.data, unknown(0)) == nullptr, "realloc to nothing does not free");

  size = unknown(3 * unit);
  void* data = reallocarray(nullptr, unknown(3), unit);  // ReallocarrayNull
  block = allocated(kReallocarrayNull, data, size);
  size = unknown(5 * unit);
  leaves(block);
  data = reallocarray(block.data, unknown(5), unit);  // Reallocarray
  block = allocated(kReallocarray, data, size);
  release(block);
}

void use_aligned(std::size_t unit) {
  const std::size_t size = unknown(64 * unit);
  void* data = nullptr;
  require(posix_memalign(&data, 3, size) == EINVAL, "posix_memalign aligned to 3");
  require(posix_memalign(&data, 256, size) == 0, "posix_memalign");  // PosixMemalign
  release(allocated(kPosixMemalign, data, size));
  data = aligned_alloc(unknown(64), size);  // AlignedAlloc
  release_aligned_sized(allocated(kAlignedAlloc, data, size), 64);
  data = memalign(unknown(128), size + 1);  // Memalign
  const Block aligned = allocated(kMemalign, data, size + 1);
  const Block page = allocated(kValloc, valloc(size + 2), size + 2);     // Valloc
  const Block pages = allocated(kPvalloc, pvalloc(size + 3), size + 3);  // Pvalloc
  require(malloc_usable_size(pages.data) >= 4096, "pvalloc gives whole pages");
  release(aligned);
  release(pages);
  release(page);
}

struct alignas(64) Aligned {
  char text[192];
};

void use_new(std::size_t unit) {
  const std::size_t size = unknown(unit);
  constexpr std::align_val_t kAlignment{64};
  const Block one = allocated(kNew, ::operator new(size), size);           // New
  const Block array = allocated(kNewArray, ::operator new[](size), size);  // NewArray
  void* data = ::operator new(size, std::nothrow);                         // NewNothrow
  const Block nothrow = allocated(kNewNothrow, data, size);
  data = ::operator new(64 * size, kAlignment);  // NewAligned
  const Block aligned = allocated(kNewAligned, data, 64 * size);
  data = ::operator new[](128 * size, kAlignment);  // NewAlignedArray
  const Block aligned_array = allocated(kNewAlignedArray, data, 128 * size);
  auto* expression = new Aligned;  // NewExpression
  const Block made = allocated(kNewExpression, expression, sizeof(Aligned));
  // The library throws and catches inside: it allocates the exception with its header.
  data = ::operator new(unknown(kHuge), std::nothrow);  // NewFails
  require(data == nullptr, "nothrow new of half the address space");
  leaves(allocated(kNewFails, &data, 128 + sizeof(std::bad_alloc)));

  leaves(made);
  delete expression;
  leaves(one);
  ::operator delete(one.data);
  leaves(array);
  ::operator delete[](array.data);
  leaves(nothrow);
  ::operator delete(nothrow.data, nothrow.size);
  leaves(aligned);
  ::operator delete(aligned.data, kAlignment);
  leaves(aligned_array);
  ::operator delete[](aligned_array.data, kAlignment);
}

void use_libraries(std::size_t unit) {
  static const char kText[] = "the quick brown fox jumps over the lazy dog";
  const std::size_t length = 10 + unit % 10;
  const Block whole = allocated(kStrdup, strdup(kText), sizeof(kText));        // Strdup
  const Block part = allocated(kStrndup, strndup(kText, length), length + 1);  // Strndup
  std::vector<std::uint64_t> numbers;
  numbers.reserve(unknown(unit));  // Vector
  const Block held = allocated(kVector, numbers.data(), unit * sizeof(std::uint64_t));
  release(part);
  release(whole);
  leaves(held);
}

// All of the family, `rounds` times, in sizes that the thread alone uses.
void exercise(std::size_t unit, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    use_malloc(unit);
    use_realloc(unit);
    use_aligned(unit);
    use_new(unit);
    use_libraries(unit);
  }
}

// Random sizes, lives and reallocs, but the same ones every time.
void churn(std::uint64_t seed) {
  std::array<Block, 32> slots;
  for (int i = 0; i < 5000; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    Block& slot = slots[(seed >> 33) % slots.size()];
    const std::size_t size = unknown((seed >> 40) % 3000);
    if (slot.data == nullptr) {
      slot = allocated(kChurn, std::malloc(size), size);  // Churn
    } else if (size % 3 == 0 && size != 0) {
      leaves(slot);
      slot = allocated(kChurnRealloc, std::realloc(slot.data, size), size);  // ChurnRealloc
    } else {
      release(slot);
      slot = {};
    }
  }
  for (const Block& slot : slots) {
    if (slot.data != nullptr) release(slot);
  }
}

// One producer, one consumer: what one thread allocates, the other frees or reallocs at once.
struct Pipe {
  static constexpr std::uint32_t kSlots = 16;
  std::array<Block, kSlots> slots;
  std::atomic<std::uint32_t> written{0}, read{0};

  void put(const Block& block) {
    while (written.load() - read.load() == kSlots) sched_yield();
    slots[written.load() % kSlots] = block;
    written.fetch_add(1);
  }
  Block take() {
    while (written.load() == read.load()) sched_yield();
    const Block block = slots[read.load() % kSlots];
    read.fetch_add(1);
    return block;
  }
};

constexpr int kPiped = 3000;
constexpr int kBig = 64;
constexpr int kSmall = 500;

pthread_barrier_t g_barrier;
std::array<Pipe, kThreads> g_pipes;  // to each thread, from the one before it
std::array<std::array<Block, kBig>, kThreads> g_big;
std::array<std::array<Block, kSmall>, kThreads> g_small;

void use_pipes(std::uint32_t self) {
  Pipe& to = g_pipes[(self + 1) % kThreads];
  Pipe& from = g_pipes[self];
  for (int i = 0; i < kPiped; ++i) {
    const std::size_t size = unknown(1 + static_cast<std::size_t>(i) % 200);
    to.put(allocated(kPipe, std::malloc(size), size));  // Pipe
    Block block = from.take();
    if (i % 3 == 0) {
      const std::size_t larger = 2 * block.size;
      leaves(block);
      block = allocated(kPipeRealloc, std::realloc(block.data, larger), larger);  // PipeRealloc
    }
    release(block);
  }
}

// Nothing is freed here, and the last blocks are not empty: the peak is at the end.
void grow(std::uint32_t self) {
  for (Block& block : g_small[self]) {
    const std::size_t size = unknown(32 + self);
    block = allocated(kGrowSmall, std::malloc(size), size);  // GrowSmall
  }
  for (Block& block : g_big[self]) {
    const std::size_t size = unknown(300'000 + self);
    block = allocated(kGrow, std::malloc(size), size);  // Grow
  }
}

// The next thread's blocks: the big ones go.
void free_of_other(std::uint32_t self) {
  for (const Block& block : g_big[(self + 1) % kThreads]) release(block);
}

// Both ways: half grow, half shrink; then half of them go, the others stay to the end.
void reallocate_of_other(std::uint32_t self) {
  auto& blocks = g_small[(self + 1) % kThreads];
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    Block& block = blocks[i];
    leaves(block);
    if (i % 2 == 0) {
      block = allocated(kOutgrown, std::realloc(block.data, 100), 100);  // Outgrown
    } else {
      block = allocated(kShrunk, std::realloc(block.data, 8), 8);  // Shrunk
    }
    if (i % 4 < 2) release(block);
  }
}

void wait_for_all() { pthread_barrier_wait(&g_barrier); }

void* run_thread(void* argument) {
  const auto self = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(argument));
  ledger::t_thread = self + 1;
  wait_for_all();
  exercise(32 + self, 20);
  churn(self);
  wait_for_all();
  use_pipes(self);
  wait_for_all();
  wait_for_all();  // main has seen what was the most so far
  grow(self);
  wait_for_all();
  wait_for_all();  // main has noted the peak
  free_of_other(self);
  wait_for_all();
  reallocate_of_other(self);
  allocated(kLeak, std::malloc(1000 + self), 1000 + self);  // Leak
  return nullptr;
}

// An entry point that the C library itself may lack.
template <class Function>
void find(Function& function, const char* name) {
  function = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
  ledger::print(name, function != nullptr ? 1 : 0);
}

}  // namespace

int main() {
  find(g_cfree, "cfree");
  find(g_free_sized, "free_sized");
  find(g_free_aligned_sized, "free_aligned_sized");
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);  // or it would grow, and blocks stay in place
  exercise(31, 3);

  pthread_barrier_init(&g_barrier, nullptr, kThreads + 1);
  std::array<pthread_t, kThreads> threads;
  for (std::uintptr_t i = 0; i < kThreads; ++i) {
    void* argument = reinterpret_cast<void*>(i);
    const int error = pthread_create(&threads[i], nullptr, run_thread, argument);  // creates
    require(error == 0, "pthread_create");
    ledger::something_else_allocated();
  }
  wait_for_all();
  wait_for_all();
  wait_for_all();
  const std::uint64_t most_before = ledger::g_most_live.load();
  wait_for_all();
  wait_for_all();
  ledger::this_is_the_peak();
  require(ledger::g_live.load() > 2 * most_before, "the peak is not where it should be");
  wait_for_all();
  wait_for_all();
  for (pthread_t thread : threads) pthread_join(thread, nullptr);
  require(g_in_place.load() > 0 && g_moved.load() > 0, "no realloc stayed, or none moved");

#define PRINT(name) ledger::print_site(k##name, #name);
  SITES(PRINT)
#undef PRINT
  ledger::print("threads", kThreads);
  return 0;
}
