// Frames of every size and shape that compilers make.
#include <alloca.h>

#include <functional>
#include <iterator>

#include "torture.h"

namespace torture {
namespace {

volatile char* room_of(void* room, std::size_t size) {
  auto* bytes = static_cast<volatile char*>(room);
  bytes[0] = 1;
  bytes[size - 1] = 1;
  return bytes;
}

[[gnu::noinline]] int descend_with_alloca(Worker& worker, int frames, int depth) {
  const auto size = static_cast<std::size_t>(1 + worker.random.below(700));
  const volatile char* room = room_of(alloca(size), size);
  allocate(frames + 20);
  if (frames > 0) return descend_with_alloca(worker, frames - 1, depth) + room[0];
  go_on(worker, depth);
  allocate(frames + 21);
  return room[0];
}

// The same return addresses in the same places, time and again, but the frame between ends now
// here and now there, and was called from two places: only the frame pointer tells. What the last
// call left behind still lies where it was.
[[gnu::noinline]] int inner_share(Worker& worker, int size, int depth) {
  const auto bytes = static_cast<std::size_t>(size);
  const volatile char* room = room_of(alloca(bytes), bytes);
  allocate(40);
  if (depth >= 0) go_on(worker, depth);
  return room[0];
}

[[gnu::noinline]] int outer_share(Worker& worker, int size, int total, int depth) {
  const auto bytes = static_cast<std::size_t>(size);
  const volatile char* room = room_of(alloca(bytes), bytes);
  int sum = 0;
  if (worker.random.below(2) == 0) {
    asm volatile("# one way");
    sum = inner_share(worker, total - size, depth) + 1;
  } else {
    asm volatile("# another");
    sum = inner_share(worker, total - size, depth) + 2;
  }
  allocate(41);
  return room[0] + sum;
}

// An aligned local together with alloca: the caller's frame is found through memory.
template <std::size_t kAlignment>
[[gnu::noinline]] int over_aligned(Worker& worker, int size, int frames, int depth) {
  alignas(kAlignment) volatile char aligned[kAlignment];
  const auto bytes = static_cast<std::size_t>(size);
  const volatile char* room = room_of(alloca(bytes), bytes);
  aligned[0] = 1;
  allocate(size);
  REQUIRE(reinterpret_cast<std::uintptr_t>(&aligned[0]) % kAlignment == 0);
  int sum = 0;
  if (frames > 0) {
    sum = over_aligned<kAlignment>(worker, 1 + worker.random.below(300), frames - 1, depth);
  } else if (depth >= 0) {
    go_on(worker, depth);
    allocate(size + 1);
  }
  return sum + aligned[0] + room[0];
}

// Aligned, but without alloca.
[[gnu::noinline]] int aligned_only(Worker& worker, int frames, int depth) {
  alignas(64) volatile char aligned[200];
  aligned[0] = 1;
  allocate(60);
  int sum = 0;
  if (frames > 0) {
    sum = aligned_only(worker, frames - 1, depth);
  } else {
    go_on(worker, depth);
  }
  REQUIRE(reinterpret_cast<std::uintptr_t>(&aligned[0]) % 64 == 0);
  return sum + aligned[0];
}

// The realigned frame is at the same place wherever, within 64 bytes, its caller's ends; and there
// are two calls: only the word that leads to the caller tells.
[[gnu::noinline]] int call_realigned(Worker& worker, int size) {
  constexpr int kRoom = 100;
  const auto bytes = static_cast<std::size_t>(size);
  const volatile char* room = room_of(alloca(bytes), bytes);
  if (worker.random.below(2) == 0) {
    asm volatile("# one way");
    return over_aligned<64>(worker, kRoom, 0, -1) + room[0];
  }
  asm volatile("# another");
  return over_aligned<64>(worker, kRoom, 0, -1) - room[0];
}

// Beyond six arguments the rest is pushed, and the stack pointer moves within the function.
[[gnu::noinline]] int many_arguments(Worker& worker, int a, int b, int c, int d, int e, int f,
                                     int g, int h, int depth) {
  allocate(a + h);
  if (depth < 0) return a + b + c + d + e + f + g + h;
  go_on(worker, depth);
  const int sum = many_arguments(worker, b, c, d, e, f, g, h, a, -1);
  allocate(b + g);
  return sum;
}

// So much lives across the calls that the frame pointer holds some number.
[[gnu::noinline]] std::uint64_t many_values(Worker& worker, int frames, int depth) {
  std::uint64_t a = worker.number + 1, b = a * 3, c = b ^ 99, d = c + a, e = d * b, f = e - c,
                g = f ^ d;
  for (int i = 0; i < 2; ++i) {
    asm volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
    allocate(70 + i);
    asm volatile("" : "+r"(e), "+r"(f), "+r"(g), "+r"(a));
    a += b ^ g;
    if (i == 0 && frames > 0) {
      b += many_values(worker, frames - 1, depth);
    } else if (i == 0) {
      go_on(worker, depth);
    }
    asm volatile("" : "+r"(b), "+r"(c), "+r"(d), "+r"(e));
  }
  return a + b + c + d + e + f + g;
}

#if defined(__clang__)
#define TAIL_CALL [[clang::musttail]] return
#else
#define TAIL_CALL return  // -O2 makes it one
#endif

void last_of_tail_calls(Worker& worker, int, int depth) {
  allocate(80);
  go_on(worker, depth);
}

void tail_call_with_frame(Worker& worker, int more, int depth);

[[gnu::noinline]] void tail_call(Worker& worker, int more, int depth) {
  if (more == 0) TAIL_CALL last_of_tail_calls(worker, more, depth);
  TAIL_CALL tail_call_with_frame(worker, more - 1, depth);
}

[[gnu::noinline]] void tail_call_with_frame(Worker& worker, int more, int depth) {
  volatile char frame[300];
  frame[0] = 1;
  allocate(81);
  frame[299] = frame[0];
  TAIL_CALL tail_call(worker, more, depth);
}

int compare_and_allocate(const void* a, const void* b, void* worker) {
  allocate(90 + static_cast<Worker*>(worker)->number);
  return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}

[[gnu::noinline]] int call_chain(const std::function<int(int)>& function, int links) {
  if (links == 0) return function(100);
  std::uint64_t ballast[4] = {1, 2, 3,
                              static_cast<std::uint64_t>(links)};  // too big to stay inline
  return call_chain(
      [&function, ballast](int size) { return function(size) + static_cast<int>(ballast[3]); },
      links - 1);
}

}  // namespace

void change_alloca(Worker& worker, int depth) {
  descend_with_alloca(worker, worker.random.below(8), depth);
}

void split_alloca(Worker& worker, int depth) {
  constexpr int kTotal = 512;
  for (int i = 0; i < 6; ++i) {
    const int size = 16 + 16 * worker.random.below(kTotal / 16 - 1);
    outer_share(worker, size, kTotal + 16, i == 0 ? depth : -1);
  }
}

void realign(Worker& worker, int depth) {
  const int frames = worker.random.below(6), size = 1 + worker.random.below(300);
  switch (worker.random.below(3)) {
    case 0:
      over_aligned<64>(worker, size, frames, depth);
      break;
    case 1:
      over_aligned<256>(worker, size, frames, depth);
      break;
    default:
      aligned_only(worker, frames, depth);
  }
}

void realign_split(Worker& worker, int depth) {
  for (int i = 0; i < 8; ++i) call_realigned(worker, 16 + 16 * worker.random.below(6));
  go_on(worker, depth);
}

void push_arguments(Worker& worker, int depth) {
  many_arguments(worker, 1, 2, 3, 4, 5, 6, 7, 8, depth);
}

void press_registers(Worker& worker, int depth) {
  many_values(worker, worker.random.below(6), depth);
}

void call_tails(Worker& worker, int depth) { tail_call(worker, worker.random.below(7), depth); }

void sort(Worker& worker, int depth) {
  int numbers[12];
  for (int& number : numbers) number = worker.random.below(1000);
  qsort_r(numbers, std::size(numbers), sizeof(int), compare_and_allocate, &worker);
  go_on(worker, depth);
}

void chain_functions(Worker& worker, int depth) {
  call_chain(
      [&worker, depth](int size) {
        allocate(size);
        go_on(worker, depth);
        return 0;
      },
      worker.random.below(8));
}

}  // namespace torture
