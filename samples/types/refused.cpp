// Compiles, but for WITHOUT_WRITE, WITHOUT_SIZE and WITHOUT_CONST: the compiler then names the
// member that is missing. Try it:
//   g++ -std=c++20 -I. -fsyntax-only -DWITHOUT_SIZE samples/types/refused.cpp
#include "samples/types/sink.h"

namespace {

class Lines : public samples::Sink<Lines> {
 public:
#ifndef WITHOUT_WRITE
  void write(std::string_view text) { size_ += text.size(); }
#endif
#ifdef WITHOUT_CONST
  std::size_t size() { return size_; }
#elif !defined(WITHOUT_SIZE)
  std::size_t size() const { return size_; }
#endif

  std::size_t size_ = 0;
};

}  // namespace

int main() {
  Lines lines;
  lines.line("hello");
  return lines.size_ == 6 ? 0 : 1;
}
