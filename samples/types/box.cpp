// Boxes of several types, as many of each. All that is allocated is allocated on two lines, of
// box.h.
#include "samples/types/box.h"

#include <array>
#include <string>
#include <vector>

namespace {

using samples::Box;

using Key = std::array<char, 100>;

// A box and a copy of it, `count` times.
template <class T>
std::vector<Box<T>> boxes(std::uint64_t count, const T& value) {
  std::vector<Box<T>> made;
  made.reserve(2 * count);
  for (std::uint64_t i = 0; i < count; ++i) {
    made.emplace_back(value);
    made.push_back(made.back().copy());
  }
  return made;
}

template <class T>
void say_tally(const std::string& name) {
  samples::say(name + "_allocations", Box<T>::tally.allocations);
  samples::say(name + "_bytes", Box<T>::tally.bytes);
  samples::say(name + "_peak_bytes", Box<T>::tally.peak);
  samples::say(name + "_live_at_end", Box<T>::tally.live);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count =
      samples::number_argument(argc, argv, {.name = "COUNT", .usual = 20'000, .most = 1'000'000});
  std::uint64_t held = 0;
  {
    const auto ints = boxes<int>(count, 1);
    const auto doubles = boxes<double>(count, 2.5);
    const auto keys = boxes<Key>(count, Key{'k'});
    const auto nested = boxes<Box<int>>(count, Box<int>(3));
    held = ints.size() + doubles.size() + keys.size() + nested.size();
  }
  samples::say("boxes", held);
  say_tally<int>("int");
  say_tally<double>("double");
  say_tally<Key>("key");
  say_tally<Box<int>>("nested");
  return samples::finished();
}
