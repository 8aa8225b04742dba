// Sink: an interface that is checked when a class is compiled, and costs nothing when it runs.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

namespace samples {

template <class T>
concept CanWrite = requires(T sink, std::string_view text) {
  { sink.write(text) } -> std::same_as<void>;
};

template <class T>
concept CanTellSize = requires(const T sink) {
  { sink.size() } -> std::same_as<std::size_t>;
};

// Purpose: what a class gets that says `class Lines : public Sink<Lines>` and has the members
//   below. One that lacks a member is refused by the compiler, in words that name it.
template <class Derived>
class Sink {
 public:
  // Written once for all sinks, without a virtual call.
  void line(std::string_view text) {
    self().write(text);
    self().write("\n");
  }

 protected:
  // Asked here, not in the class: Derived is not complete before it has its base.
  Sink() {
    static_assert(CanWrite<Derived>, "a sink must have: void write(std::string_view)");
    static_assert(CanTellSize<Derived>, "a sink must have: std::size_t size() const");
  }
  ~Sink() = default;

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace samples
