// Recordings as large programs make them, for benchmarks of what is done with one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <random>

#include "core/recording/writer.h"

namespace heaptally::bench {

struct LargeProgram {
  std::size_t traces = 835'000;
  std::size_t frames = 100'000;
  std::size_t tallies = 250'000;
  bool symbols = false;          // each frame with a function and a line
  std::size_t buckets = 0;       // of the timeline, 10 ms each
  std::size_t changing = 1'000;  // tallies that change in each of them
};

// Processes, modules, frames, traces and tallies. Ids are handed out as traces are met, so a
// trace's parent is mostly a recent one; stacks are some 40 frames deep.
void write_code(RecordingWriter& writer, const LargeProgram& program, std::mt19937_64& random);

// Totals that agree with the timeline, if there is one, which is written first.
void write_run(RecordingWriter& writer, const LargeProgram& program, std::mt19937_64& random);

// All of it, to a file that is replaced.
void write_large(const std::filesystem::path& path, const LargeProgram& program);

}  // namespace heaptally::bench
