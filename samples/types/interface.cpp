// Two classes of one interface, sink.h, which the compiler checked: one keeps all that is written
// to it, one keeps only how much that was.
#include <cinttypes>
#include <cstdio>
#include <string>

#include "samples/support/sample.h"
#include "samples/types/sink.h"

namespace {

class Measured : public samples::Sink<Measured> {
 public:
  void write(std::string_view text) { size_ += text.size(); }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

class Kept : public samples::Sink<Kept> {
 public:
  // As much as will be written, so that there is one allocation.
  explicit Kept(std::size_t size) {
    text_.reserve(size);  // allocates
  }
  void write(std::string_view text) { text_ += text; }
  std::size_t size() const { return text_.size(); }

 private:
  std::string text_;
};

// Any sink will do, and none is called through a pointer.
template <class Any>
void write_numbers(samples::Sink<Any>& sink, std::uint64_t count) {
  for (std::uint64_t number = 1; number <= count; ++number) {
    char text[24];
    const int length = std::snprintf(text, sizeof(text), "%" PRIu64, number);
    sink.line({text, static_cast<std::size_t>(length)});
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = samples::number_argument(
      argc, argv, {.name = "COUNT", .usual = 20'000, .most = 10'000'000, .least = 10});
  Measured measured;
  write_numbers(measured, count);

  samples::OwnTally tally;
  {
    Kept kept(measured.size());
    tally.allocated(measured.size() + 1);  // a std::string has room for its zero
    write_numbers(kept, count);
    samples::say("count", count);
    samples::say("measured", measured.size());
    samples::say("kept", kept.size());
    tally.freed(measured.size() + 1);
  }
  samples::say(tally);
  return samples::finished();
}
