// A queue that takes all there is: what the consumer has not got to yet waits in memory.
// Its pair, bounded.cpp, lets the producer wait instead.
#include <cstdint>
#include <limits>

#include "samples/handover/messages.h"

int main(int argc, char** argv) {
  const std::uint64_t count = samples::message_count(argc, argv);
  const samples::Received received =
      samples::hand_over(count, std::numeric_limits<std::size_t>::max());
  samples::say("messages", received.messages);
  samples::say("sum", received.sum);
  samples::say("allocations", count);
  samples::say("bytes", count * sizeof(samples::Message));
  samples::say("peak_bytes", count * sizeof(samples::Message));  // all, before the first is read
  samples::say("live_at_end", 0);
  return samples::finished();
}
