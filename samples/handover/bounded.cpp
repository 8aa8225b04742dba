// A queue with room for 16: when it is full, the producer waits for the consumer.
#include <algorithm>
#include <cstdint>

#include "samples/handover/messages.h"

namespace {

constexpr std::uint64_t kCapacity = 16;

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = samples::message_count(argc, argv);
  const samples::Received received = samples::hand_over(count, kCapacity);
  samples::say("messages", received.messages);
  samples::say("sum", received.sum);
  samples::say("allocations", count);
  samples::say("bytes", count * sizeof(samples::Message));
  // A full queue, one in the hand of the producer, who waits to push it, and one in the
  // consumer's, who reads it. The queue was full when the consumer began.
  samples::say("peak_bytes_at_least", std::min(count, kCapacity) * sizeof(samples::Message));
  samples::say("peak_bytes_at_most", std::min(count, kCapacity + 2) * sizeof(samples::Message));
  samples::say("live_at_end", 0);
  return samples::finished();
}
