// Registry: makes objects of classes that it knows by name only.
#pragma once

#include <concepts>
#include <memory>
#include <string_view>

#include "samples/support/sample.h"

namespace samples {

struct Shape {
  virtual ~Shape() = default;
  virtual unsigned corners() const = 0;
};

// What a class must have to be registered.
template <class T>
concept Registrable = std::derived_from<T, Shape> && std::default_initializable<T> &&
    std::convertible_to<decltype(T::kName), std::string_view>;

// Purpose: the classes that registered themselves, by name. Each brings its entry along as a static
//   object, and the registry links them: registering allocates nothing, and nobody lists them all.
// Threads: classes register before main, or when the library that they are in is loaded.
class Registry {
 public:
  struct Entry {
    std::string_view name;
    std::unique_ptr<Shape> (*make)();
    OwnTally* made;
    const Entry* next = nullptr;
  };

  static void add(Entry& entry) {
    entry.next = first_;
    first_ = &entry;
  }
  static const Entry* first() { return first_; }
  // Null if no class has the name.
  static const Entry* find(std::string_view name) {
    const Entry* entry = first_;
    while (entry != nullptr && entry->name != name) entry = entry->next;
    return entry;
  }

 private:
  // Set before any code runs, so that it is there for the first who registers.
  static inline constinit const Entry* first_ = nullptr;
};

// `const Register<Circle> circle;` beside the class is all that a class does.
template <Registrable T>
class Register {
 public:
  Register() { Registry::add(entry_); }

 private:
  static std::unique_ptr<Shape> make() {
    made_.allocated(sizeof(T));
    return std::make_unique<T>();  // allocates
  }

  // Complete before any code runs, as the registry is: so it matters not which object is made
  // first.
  static inline constinit OwnTally made_;
  static inline constinit Registry::Entry entry_{T::kName, make, &made_};
};

}  // namespace samples
