// Asks a generator for its state at each turn of its life; Python's inspect.getgeneratorstate gives
// the same answers.
#include <cstdio>
#include <stdexcept>

#include "samples/exhaustion/passes.h"

namespace {

using samples::GeneratorState;
using samples::Numbers;

const char* python_name(GeneratorState state) {
  switch (state) {
    case GeneratorState::created:
      return "GEN_CREATED";
    case GeneratorState::running:
      return "GEN_RUNNING";
    case GeneratorState::suspended:
      return "GEN_SUSPENDED";
    case GeneratorState::closed:
      return "GEN_CLOSED";
  }
  return "";
}

void say_state(const char* when, GeneratorState state) {
  std::printf("%s=%s\n", when, python_name(state));
}

// A generator that looks at itself.
Numbers watched(std::uint64_t count, const Numbers* const& itself) {
  if (count > 0) say_state("inside", itself->state());
  for (std::uint64_t number = 1; number <= count; ++number) co_yield number;
}

Numbers failing() {
  co_yield 1;
  throw std::runtime_error("no more of it");
}

// Made, asked for one number, then for the rest.
std::uint64_t live_to_the_end(std::uint64_t count) {
  const Numbers* itself = nullptr;
  Numbers all = watched(count, itself);
  itself = &all;
  say_state("made", all.state());
  std::uint64_t sum = 0;
  for (const std::uint64_t number : all) {
    sum += number;
    break;
  }
  say_state("after_the_first", all.state());
  for (const std::uint64_t number : all) sum += number;  // goes on with the second
  say_state("after_the_last", all.state());
  for (const std::uint64_t number : all) sum += number;  // nothing comes
  samples::say("frame_is_kept", Numbers::frames.live > 0 ? 1 : 0);
  return sum;
}

void end_early() {
  Numbers ended = samples::numbers(3);
  ended.begin();
  ended.close();  // its local variables and its frame go here
  say_state("after_close", ended.state());
  Numbers unused = samples::numbers(3);
  unused.close();
  say_state("closed_unused", unused.state());
}

void fail() {
  Numbers failed = failing();
  try {
    samples::sum_of(failed);
  } catch (const std::runtime_error&) {
    say_state("after_an_exception", failed.state());
  }
  samples::say("yields_after_it", samples::sum_of(failed));
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = samples::number_count(argc, argv);
  const std::uint64_t sum = live_to_the_end(count);
  end_early();
  fail();
  samples::say("count", count);
  samples::say("sum", sum);
  samples::say(Numbers::frames);
  return samples::finished();
}
