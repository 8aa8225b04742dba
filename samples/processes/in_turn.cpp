// How many different numbers are in a table, found by four processes, one after the other: a
// quarter is copied and sorted when the one before is done. Otherwise as at_once.cpp.
#include <cstdint>

#include "samples/processes/table.h"
#include "samples/processes/workers.h"

int main(int argc, char** argv) {
  const std::uint64_t count = samples::table_size(argc, argv);
  const samples::Numbers table = samples::make_table(count);
  samples::Results results(table);
  for (unsigned number = 1; number <= samples::kWorkers; ++number) {
    samples::Worker worker;
    // A worker leaves main as any program does: it frees its view of the table, too.
    if (worker.is_forked()) return samples::work(table, number, worker);
    results.receive(number, worker);
    results.finish(number, worker);
  }
  return results.report();
}
