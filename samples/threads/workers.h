// Threads that draw numbers from one counter, each of them many: what the counters of this folder
// are tried with. A number that was drawn twice is an update that was lost.
#pragma once

#include <pthread.h>

#include <array>
#include <cstdint>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "samples/support/sample.h"

namespace samples {

constexpr unsigned kWorkers = 4;

// Worker 1 draws one share of the numbers, worker 4 four: ten shares in all.
constexpr std::uint64_t kShares = 10;

inline std::uint64_t share_argument(int argc, char** argv) {
  return number_argument(argc, argv,
                         {.name = "SHARE", .usual = 1000, .most = 1'000'000, .least = 1});
}

using Numbers = std::vector<std::uint64_t>;

// What a thread does. It allocates once, on its own behalf: to keep what it draws.
template <class Counter>
void draw(Counter& counter, unsigned worker, std::uint64_t count, std::latch& start,
          Numbers& drawn) {
  pthread_setname_np(pthread_self(), ("worker-" + std::to_string(worker)).c_str());
  drawn.reserve(count);     // allocates
  start.arrive_and_wait();  // so that none is done before another begins
  for (std::uint64_t i = 0; i < count; ++i) drawn.push_back(counter.next());
}

inline std::uint64_t count_different(const std::array<Numbers, kWorkers>& drawn,
                                     std::uint64_t updates) {
  std::vector<bool> seen(updates + 1);
  std::uint64_t different = 0;
  for (const Numbers& numbers : drawn) {
    for (const std::uint64_t number : numbers) {
      different += seen[number] ? 0 : 1;
      seen[number] = true;
    }
  }
  return different;
}

// Has all workers draw, and says what came of it; returns main's status.
template <class Counter>
int draw_and_report(Counter& counter, std::uint64_t share) {
  std::array<Numbers, kWorkers> drawn;
  std::latch start(kWorkers);
  std::vector<std::thread> threads;
  for (unsigned worker = 1; worker <= kWorkers; ++worker) {
    threads.emplace_back(
        [&, worker] { draw(counter, worker, worker * share, start, drawn[worker - 1]); });
  }
  for (std::thread& thread : threads) thread.join();

  const std::uint64_t updates = kShares * share;
  say("updates", updates);
  say("counter", counter.value());
  say("lost", updates - counter.value());
  say("different", count_different(drawn, updates));
  OwnTally own;
  for (unsigned worker = 1; worker <= kWorkers; ++worker) {
    own.allocated(drawn[worker - 1].capacity() * sizeof(std::uint64_t));
    say("bytes_" + std::to_string(worker), drawn[worker - 1].capacity() * sizeof(std::uint64_t));
  }
  // This thread frees what the others allocated: what they held is theirs all the same.
  for (Numbers& numbers : drawn) {
    own.freed(numbers.capacity() * sizeof(std::uint64_t));
    Numbers().swap(numbers);
  }
  say(own);
  return finished();
}

}  // namespace samples
