#include "samples/types/table.h"

#include <latch>
#include <thread>

#include "heaptally/heaptally.h"
#include "samples/support/sample.h"

namespace samples {

Table::Table() : squares_(kNumbers) {  // allocates
  for (std::size_t i = 0; i < kNumbers; ++i) squares_[i] = i * i;
  ++made;
}

int ask_for_table(int argc, char** argv, const Table& (*table)()) {
  heaptally_mark("main");
  const unsigned made_before_main = Table::made;
  const auto threads = static_cast<unsigned>(
      number_argument(argc, argv, {.name = "THREADS", .usual = 8, .most = 1000}));

  std::atomic<std::uint64_t> sum = 0;
  std::latch all_are_there(threads);
  std::vector<std::jthread> asking;
  asking.reserve(threads);
  for (unsigned i = 1; i <= threads; ++i) {
    asking.emplace_back([&, i] {
      all_are_there.arrive_and_wait();
      sum += table().square(i);
    });
  }
  asking.clear();  // joins them
  heaptally_mark("used");

  say("threads", threads);
  say("sum", sum);
  say("made_before_main", made_before_main);
  say("allocations", Table::made);
  say("bytes", Table::made * Table::kBytes);
  return finished();
}

}  // namespace samples
