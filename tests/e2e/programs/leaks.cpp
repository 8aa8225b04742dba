// Allocates in phases at marked lines, frees part of it, sometimes in a later phase, and prints
// what each line has leaked of what it allocated in each phase. Between phases nothing happens for
// long enough that a timeline shows them. With the argument `exec` the last phase is run by the
// program executed anew, and its image before that ends with all that it held then.
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int kPhases = 4;
constexpr int kLines = 3;
constexpr int kBlocks = 60;

struct Block {
  void* data;
  std::size_t size;
};

// Static: keeping the books allocates nothing.
Block g_blocks[kPhases][kLines][kBlocks];

void* hide(void* data) {
  asm volatile("" : "+r"(data) : : "memory");
  return data;
}

// Three lines, so that a line's leaks differ from phase to phase.
[[gnu::noinline]] Block allocate(int line, std::size_t size) {
  switch (line) {
    case 0:
      return {hide(std::malloc(size)), size};  // malloc
    case 1:
      return {hide(std::calloc(1, size)), size};  // calloc
    default:
      return {hide(new char[size]), size};  // new
  }
}

void release(int line, Block& block) {
  if (line == 2) {
    delete[] static_cast<char*>(block.data);
  } else {
    std::free(block.data);
  }
  block.data = nullptr;
}

void run(int phase) {
  for (int line = 0; line < kLines; ++line) {
    for (int i = 0; i < kBlocks; ++i) {
      const auto size = static_cast<std::size_t>(16 + 8 * ((7 * i + phase + line) % 50));
      g_blocks[phase][line][i] = allocate(line, size);
    }
    // Some of this phase's, and some of the one's before.
    for (int i = 0; i < kBlocks; i += 2 + line) release(line, g_blocks[phase][line][i]);
    if (phase == 0) continue;
    for (int i = 1; i < kBlocks; i += 5) {
      if (g_blocks[phase - 1][line][i].data != nullptr) release(line, g_blocks[phase - 1][line][i]);
    }
  }
}

void print_leaks(int first, int last) {
  for (int phase = first; phase < last; ++phase) {
    for (int line = 0; line < kLines; ++line) {
      std::uint64_t bytes = 0, count = 0;
      for (const Block& block : g_blocks[phase][line]) {
        if (block.data == nullptr) continue;
        bytes += block.size;
        ++count;
      }
      static const char* const kNames[kLines] = {"malloc", "calloc", "new"};
      dprintf(STDOUT_FILENO, "%d.%s.bytes=%llu\n%d.%s.count=%llu\n", phase, kNames[line],
              static_cast<unsigned long long>(bytes), phase, kNames[line],
              static_cast<unsigned long long>(count));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const char* const how = argc > 1 ? argv[1] : "";
  const timespec pause = {0, 300'000'000};
  const int first = std::strcmp(how, "last") == 0 ? kPhases - 1 : 0;
  for (int phase = first; phase < kPhases; ++phase) {
    if (phase > first) nanosleep(&pause, nullptr);
    if (phase == kPhases - 1 && std::strcmp(how, "exec") == 0) {
      print_leaks(0, phase);
      execl(argv[0], argv[0], "last", static_cast<char*>(nullptr));
      return 1;
    }
    run(phase);
  }
  print_leaks(first, kPhases);
  return 0;
}
