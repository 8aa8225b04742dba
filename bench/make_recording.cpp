// make_recording FILE TRACES BUCKETS: a large recording, for answers.py.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "bench/large_recording.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: make_recording FILE TRACES BUCKETS\n", stderr);
    return 2;
  }
  heaptally::bench::LargeProgram program;
  program.traces = std::strtoull(argv[2], nullptr, 10);
  program.buckets = std::strtoull(argv[3], nullptr, 10);
  if (program.traces < 10'000) {
    std::fputs("make_recording: no large program: give 10000 traces or more\n", stderr);
    return 2;
  }
  program.frames = program.traces / 8;
  program.tallies = program.traces * 3 / 10;
  program.symbols = true;
  try {
    heaptally::bench::write_large(argv[1], program);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_recording: %s\n", error.what());
    return 1;
  }
  return 0;
}
