// What the parts of the torture program share. Every part twists the stack in its way, and goes
// on to another part from there; at the bottom something is allocated.
#pragma once

#include <pthread.h>
#include <stdlib.h>

#include <cstddef>
#include <cstdint>

extern "C" {
#include "../books.h"
}

namespace torture {

// Repeatable, and cheap enough for signal handlers.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 | 1) {}

  // 0 up to bound - 1.
  int below(int bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<int>((state_ >> 20) % static_cast<std::uint64_t>(bound));
  }

 private:
  std::uint64_t state_;
};

// One of the threads that torture. A fiber works for whoever resumed it last.
struct Worker {
  int number;
  Random random;
  // On the stack of signals: other stacks are out of bounds, since the next signal would start
  // at its top again, and overwrite what is there.
  volatile bool in_handler = false;
};

// A block that the books know of.
void* take(std::size_t size);

// Takes a block of some size and gives it back.
void allocate(int size);

// Goes on to a part at random, which goes on in turn, `depth` times; then allocates.
void go_on(Worker& worker, int depth);

// The parts, each with one place where it goes on at least.
void change_alloca(Worker& worker, int depth);
void split_alloca(Worker& worker, int depth);
void realign(Worker& worker, int depth);
void realign_split(Worker& worker, int depth);
void push_arguments(Worker& worker, int depth);
void press_registers(Worker& worker, int depth);
void call_tails(Worker& worker, int depth);
void sort(Worker& worker, int depth);
void chain_functions(Worker& worker, int depth);
void throw_through(Worker& worker, int depth);
void jump_out(Worker& worker, int depth);
void switch_fiber(Worker& worker, int depth);
void hop_stacks(Worker& worker, int depth);
void raise_signal(Worker& worker, int depth);
void load_library(Worker& worker, int depth);

// Before the threads start.
void prepare_fibers();
void prepare_libraries(const char* first, const char* second);
// Whether handlers that are at work may be interrupted by others on the same stack.
void prepare_signals(bool handlers_nest);

// By each thread: its own stack for signals, a timer (unless it is a calm run), and their end.
void begin_signals(Worker& worker, bool with_timer);
void end_signals();
// A signal out of the blue.
void disturb(pthread_t thread);

void report_fibers();
void report_libraries();
void report_signals();

}  // namespace torture
