// What the pictures of the viewer show: three threads read orders, keep them all, then add them up.
// Its pair, lazy.cpp, adds them up as they are read. Changing a line makes the recordings old.
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

using Orders = std::vector<std::unique_ptr<Order>>;

std::unique_ptr<Order> read_order(std::uint32_t number) {
  auto order = std::make_unique<Order>();
  order->customer = "customer number " + std::to_string(number % 97) + ", of the main street";
  for (std::uint32_t i = 0; i <= number % 7; ++i) order->prices.push_back(number + i);
  return order;
}

void read_orders(std::uint32_t first, std::uint32_t count, Orders& orders) {
  for (std::uint32_t i = 0; i < count; ++i) orders.push_back(read_order(first + i));
}

std::uint64_t add_up(const Orders& orders, std::unordered_map<std::string, std::uint64_t>& sums) {
  std::uint64_t all = 0;
  for (const auto& order : orders) {
    for (const std::uint32_t price : order->prices) {
      sums[order->customer] += price;
      all += price;
    }
  }
  return all;
}

}  // namespace

int main() {
  heaptally_mark("begin");
  std::vector<Orders> parts(3);
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < 3; ++i) {
    threads.emplace_back(read_orders, i * 100'000, 40'000 * (i + 1), std::ref(parts[i]));
  }
  for (std::thread& thread : threads) thread.join();
  heaptally_mark("all read");
  auto* sums = new std::unordered_map<std::string, std::uint64_t>;  // never freed
  std::uint64_t all = 0;
  for (Orders& orders : parts) {
    all += add_up(orders, *sums);
    orders.clear();
  }
  heaptally_mark("added up");
  return all == 0 ? 1 : 0;
}
