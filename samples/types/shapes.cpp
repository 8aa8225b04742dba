// Classes that nobody else names: registry.cpp makes them all the same.
#include <array>

#include "samples/types/registry.h"

namespace {

class Circle : public samples::Shape {
 public:
  static constexpr std::string_view kName = "circle";
  unsigned corners() const override { return 0; }

 private:
  [[maybe_unused]] double x_ = 0, y_ = 0, radius_ = 1;
};
const samples::Register<Circle> circle;

class Triangle : public samples::Shape {
 public:
  static constexpr std::string_view kName = "triangle";
  unsigned corners() const override { return 3; }

 private:
  [[maybe_unused]] std::array<double, 6> corners_{0, 0, 1, 0, 0, 1};
};
const samples::Register<Triangle> triangle;

class Polygon : public samples::Shape {
 public:
  static constexpr std::string_view kName = "polygon";
  unsigned corners() const override { return kMost; }

 private:
  static constexpr unsigned kMost = 12;
  [[maybe_unused]] std::array<double, std::size_t{2} * kMost> corners_{};
};
const samples::Register<Polygon> polygon;

}  // namespace
