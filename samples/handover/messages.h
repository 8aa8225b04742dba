// Messages that one thread makes and owns, and another one gets, reads and frees.
#pragma once

#include <pthread.h>

#include <array>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>

#include "samples/handover/queue.h"
#include "samples/support/sample.h"

namespace samples {

struct Message {
  std::array<std::uint64_t, 128> words;  // 1 KiB
};

// A unique_ptr says who owns: the queue moves it on, and whoever has it last frees the message.
using Owned = std::unique_ptr<Message>;

inline std::uint64_t message_count(int argc, char** argv) {
  return number_argument(argc, argv, {.name = "COUNT", .usual = 10'000, .most = 1'000'000});
}

inline void produce(Queue<Owned>& queue, std::uint64_t count) {
  pthread_setname_np(pthread_self(), "producer");
  for (std::uint64_t i = 0; i < count; ++i) {
    Owned message = std::make_unique<Message>();  // allocates
    message->words.fill(i);
    queue.push(std::move(message));
  }
  queue.close();
}

struct Received {
  std::uint64_t messages = 0;
  std::uint64_t sum = 0;
};

// The slower of the two, as it may happen: it begins when the producer can go no further. That
// is arranged, so that each run shows the same.
inline Received consume(Queue<Owned>& queue) {
  pthread_setname_np(pthread_self(), "consumer");
  queue.wait_until_full_or_closed();
  Received received;
  while (const std::optional<Owned> message = queue.pop()) {
    const auto& words = (*message)->words;
    received.sum = std::accumulate(words.begin(), words.end(), received.sum);
    ++received.messages;
  }  // the message is freed here, by this thread
  return received;
}

inline Received hand_over(std::uint64_t count, std::size_t capacity) {
  Queue<Owned> queue(capacity);
  Received received;
  std::thread producer([&] { produce(queue, count); });
  std::thread consumer([&] { received = consume(queue); });
  producer.join();
  consumer.join();
  return received;
}

}  // namespace samples
