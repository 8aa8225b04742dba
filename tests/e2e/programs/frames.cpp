// Templates, lambdas, inlined functions and operators, whose names a stack should show.
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace shapes {

template <class T>
struct Store {
  std::vector<T> items;

  [[gnu::noinline]] void add(T item) {
    items.push_back(std::move(item));  // grows
  }
};

struct Shape {
  virtual ~Shape() = default;
  virtual void* draw(std::size_t size) = 0;
};

struct Square : Shape {
  void* draw(std::size_t size) override {
    return fill(size);  // draws
  }

 private:
  [[gnu::always_inline]] static inline void* fill(std::size_t size) {
    return paint(size + 1);  // fills
  }
  [[gnu::always_inline]] static inline void* paint(std::size_t size) {
    void* block = std::malloc(size);  // paints
    asm volatile("" : "+r"(block));
    return block;
  }
};

struct Counter {
  int total = 0;
  [[gnu::noinline]] Counter& operator+=(int more) {
    total += more;
    char* text = new char[static_cast<std::size_t>(total)];  // adds
    asm volatile("" : "+r"(text));
    delete[] text;
    return *this;
  }
};

}  // namespace shapes

int main() {
  shapes::Store<std::string> names;
  for (int i = 0; i < 100; ++i) names.add(std::string(40, 'x'));
  const std::unique_ptr<shapes::Shape> shape = std::make_unique<shapes::Square>();  // makes
  std::free(shape->draw(999));
  shapes::Counter counter;
  counter += 700;
  std::map<int, std::string> map;
  const auto insert = [&map](int key) {
    map[key] = std::string(300, 'y');  // maps
  };
  for (int i = 0; i < 10; ++i) insert(i);
  return 0;
}
