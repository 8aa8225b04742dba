// As at_once.cpp, but worker 3 fails half way, and takes with it what it holds.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "samples/processes/table.h"
#include "samples/processes/workers.h"

namespace {

constexpr unsigned kFailing = 3;
constexpr int kStatus = 3;

int fail(const samples::Numbers& table, unsigned number) {
  samples::name_worker(number);
  const samples::Numbers part =
      samples::sorted_part(table, samples::range_of(number, samples::kWorkers, table.size()));
  std::_Exit(kStatus);  // nothing is freed, nothing sent
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = samples::table_size(argc, argv);
  const samples::Numbers table = samples::make_table(count);
  std::array<samples::Worker, samples::kWorkers> workers;
  for (unsigned number = 1; number <= samples::kWorkers; ++number) {
    samples::Worker& worker = workers[number - 1];
    if (worker.is_forked()) {
      return number == kFailing ? fail(table, number) : samples::work(table, number, worker);
    }
  }
  return samples::collect(table, workers);
}
