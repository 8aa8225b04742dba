// How many different numbers are in a table, found by four processes at the same time. Each sorts
// a copy of a quarter; the table is shared with the parent, who made it before the forks.
#include <array>
#include <cstdint>

#include "samples/processes/table.h"
#include "samples/processes/workers.h"

int main(int argc, char** argv) {
  const std::uint64_t count = samples::table_size(argc, argv);
  const samples::Numbers table = samples::make_table(count);
  std::array<samples::Worker, samples::kWorkers> workers;
  for (unsigned number = 1; number <= samples::kWorkers; ++number) {
    samples::Worker& worker = workers[number - 1];
    // A worker leaves main as any program does: it frees its view of the table, too.
    if (worker.is_forked()) return samples::work(table, number, worker);
  }
  return samples::collect(table, workers);
}
