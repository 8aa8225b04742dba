// The pair of eager.cpp: each order is added up when it was read, and none is kept.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <heaptally/heaptally.h>

namespace {

struct Order {
  std::string customer;
  std::vector<std::uint32_t> prices;
};

using Sums = std::unordered_map<std::string, std::uint64_t>;

std::unique_ptr<Order> read_order(std::uint32_t number) {
  auto order = std::make_unique<Order>();
  order->customer = "customer number " + std::to_string(number % 97) + ", of the main street";
  for (std::uint32_t i = 0; i <= number % 7; ++i) order->prices.push_back(number + i);
  return order;
}

void add_up(std::uint32_t first, std::uint32_t count, Sums& sums) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::unique_ptr<Order> order = read_order(first + i);
    for (const std::uint32_t price : order->prices) sums[order->customer] += price;
  }
}

}  // namespace

int main() {
  heaptally_mark("begin");
  auto* parts = new std::vector<Sums>(3);  // never freed
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < 3; ++i) {
    threads.emplace_back(add_up, i * 100'000, 40'000 * (i + 1), std::ref((*parts)[i]));
  }
  for (std::thread& thread : threads) thread.join();
  heaptally_mark("added up");
  return parts->front().empty() ? 1 : 0;
}
