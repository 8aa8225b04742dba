// Pairs of malloc and free, as many as it is told, at a few places and depths.
//
//   pairs COUNT: a multiple of 4
#include <cstdlib>

namespace {

[[gnu::noinline]] void pair(std::size_t size) {
  void* block = std::malloc(size);  // allocates
  asm volatile("" : "+r"(block));
  std::free(block);
}

[[gnu::noinline]] void deeper(std::size_t size) {
  pair(size);
  asm volatile("");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const long count = std::atol(argv[1]);
  for (long i = 0; i < count; i += 4) {
    pair(16);
    deeper(100);
    pair(static_cast<std::size_t>(i % 1000));
    deeper(5000);
  }
  return 0;
}
