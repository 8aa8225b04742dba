// How many different numbers are in a table, found by one process: it sorts a copy of all of it.
#include <cstdint>

#include "samples/processes/table.h"
#include "samples/support/sample.h"

int main(int argc, char** argv) {
  const std::uint64_t count = samples::table_size(argc, argv);
  const samples::Numbers table = samples::make_table(count);
  const samples::Numbers sorted = samples::sorted_part(table, samples::range_of(1, 1, count));
  const samples::Answer answer = samples::different_numbers(sorted);
  samples::say("numbers", count);
  samples::say("different", answer.different);
  samples::say("sum", answer.sum);
  samples::say("table_bytes", samples::bytes_of(table));
  samples::OwnTally own;
  own.allocated(samples::bytes_of(table));
  own.allocated(samples::bytes_of(sorted));
  own.freed(samples::bytes_of(sorted));  // as main returns
  own.freed(samples::bytes_of(table));
  samples::say(own);
  return samples::finished();
}
