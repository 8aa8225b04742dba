// Ways out of many frames at once: exceptions and longjmp.
#include <alloca.h>
#include <setjmp.h>

#include <exception>

#include "torture.h"

namespace torture {
namespace {

struct Trouble {
  int frames;
};

// Allocates when it is made, and when the stack is unwound.
class Keeper {
 public:
  explicit Keeper(int size) : size_(static_cast<std::size_t>(size)), block_(take(size_)) {}
  ~Keeper() {
    allocate(static_cast<int>(size_) + 1);
    std::free(block_);
  }
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

 private:
  std::size_t size_;
  void* block_;
};

[[gnu::noinline]] void throw_and_catch(int frames) {
  const Keeper keeper(110 + frames);
  try {
    if (frames == 0) throw Trouble{0};
    throw_and_catch(frames - 1);
  } catch (const Trouble& trouble) {
    allocate(120 + trouble.frames);
    if (frames % 2 == 1) throw;
  }
}

// Throws and catches while another exception goes by.
class NestedThrower {
 public:
  ~NestedThrower() { throw_and_catch(2); }
};

[[gnu::noinline]] int descend_and_throw(Worker& worker, int frames, int depth) {
  const Keeper keeper(130 + frames);
  const auto size = static_cast<std::size_t>(1 + worker.random.below(200));
  auto* room = static_cast<volatile char*>(alloca(size));
  room[0] = 1;
  if (frames == 0) {
    const NestedThrower thrower;
    go_on(worker, depth);
    throw Trouble{worker.random.below(9)};
  }
  if (frames % 4 != 3) return descend_and_throw(worker, frames - 1, depth) + room[0];
  try {
    return descend_and_throw(worker, frames - 1, depth) + room[0];
  } catch (const Trouble& trouble) {
    allocate(140 + trouble.frames);
    if (trouble.frames < 3) throw;
    if (trouble.frames < 6) throw Trouble{trouble.frames + 1};
    std::rethrow_exception(std::current_exception());
  }
}

// `inner` and `outer` are jumped to in turn.
struct Landings {
  jmp_buf inner, outer;
};

[[noreturn, gnu::noinline]] void descend_and_jump(Worker& worker, jmp_buf& landing, int frames,
                                                  int depth) {
  const auto size = static_cast<std::size_t>(1 + worker.random.below(300));
  auto* room = static_cast<volatile char*>(alloca(size));
  room[0] = 1;
  allocate(150 + frames);
  if (frames > 0) descend_and_jump(worker, landing, frames - 1, depth);
  if (depth >= 0) go_on(worker, depth);
  longjmp(landing, room[0]);
}

[[gnu::noinline]] void jump_to_inner(Worker& worker, Landings& landings, int depth) {
  if (setjmp(landings.inner) == 0) descend_and_jump(worker, landings.inner, 5, depth);
  allocate(160);
  descend_and_jump(worker, landings.outer, worker.random.below(6), -1);
}

}  // namespace

void throw_through(Worker& worker, int depth) {
  try {
    descend_and_throw(worker, worker.random.below(12), depth);
  } catch (const Trouble&) {
    allocate(170);
  }
  allocate(171);
}

void jump_out(Worker& worker, int depth) {
  Landings landings;
  if (setjmp(landings.outer) == 0) jump_to_inner(worker, landings, depth);
  allocate(180);
}

}  // namespace torture
