// What the shim alone costs: runs a program as `heaptally record` does, with every ring emptied
// every 50 us without being read, and nothing kept.
//
// usage: undrained SHIM PROGRAM [ARGUMENT...]
#include <time.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/collect/launcher.h"
#include "core/collect/listener.h"
#include "core/collect/session_page.h"
#include "core/collect/tick_clock.h"
#include "core/collect/watcher.h"

namespace {

using namespace heaptally;

void empty(SharedMemory& memory) {
  for (std::uint32_t i = 0; i < memory.lane_count(); ++i) {
    for (wire::RingHeader* ring : {&memory.lane(i).main, &memory.lane(i).nested}) {
      ring->tail.store(ring->head.load(std::memory_order_acquire), std::memory_order_release);
    }
  }
}

int run(const std::vector<std::string>& arguments) {
  const TickClock clock;
  Listener listener;
  SignalQueue signals;
  SessionPage page;
  Program program({{arguments.begin() + 1, arguments.end()}, arguments[0], listener.session()});
  const SharedMemoryOptions memory = {.clock = clock.kind()};
  Watcher watcher({program.pid(), true, memory}, listener, signals, page, clock);
  program.start();
  std::vector<std::unique_ptr<SharedMemory>> memories;
  for (bool runs = true; runs;) {
    for (Occurrence& occurrence : watcher.take()) {
      if (occurrence.kind == Occurrence::Kind::kImage) {
        memories.push_back(std::move(occurrence.memory));
      }
      runs =
          runs && !(occurrence.kind == Occurrence::Kind::kEnd && occurrence.pid == program.pid());
    }
    for (const auto& each : memories) empty(*each);
    const timespec nap = {0, 50'000};
    nanosleep(&nap, nullptr);
  }
  page.leave();
  return program.wait();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: undrained SHIM PROGRAM [ARGUMENT...]\n", stderr);
    return 2;
  }
  try {
    return run({argv + 1, argv + argc});
  } catch (const heaptally::Error& error) {
    std::fprintf(stderr, "undrained: %s\n", error.what());
    return 1;
  }
}
