#include "viewer/model/time_axis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <fmt/format.h>

namespace heaptally::view {
namespace {

// Nothing is told apart below a microsecond.
constexpr double kLeastVisible = 1000;

double count_of(Nanoseconds time) { return static_cast<double>(time.count()); }

Nanoseconds nanoseconds(double count) {
  return Nanoseconds(static_cast<std::int64_t>(std::llround(count)));
}

struct Unit {
  double size = 1;
  std::string_view name;
};

constexpr std::array<Unit, 4> kUnits = {{{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}, {1, "ns"}}};

}  // namespace

TimeAxis::TimeAxis(Nanoseconds duration)
    : duration_(std::max(duration, Nanoseconds(1))),
      visible_{.from = Nanoseconds(0), .to = duration_} {}

bool TimeAxis::shows_all() const {
  return visible_.from == Nanoseconds(0) && visible_.to == duration_;
}

double TimeAxis::position_of(Nanoseconds time, double width) const {
  const double span = count_of(visible_.to - visible_.from);
  return count_of(time - visible_.from) / span * width;
}

Nanoseconds TimeAxis::time_at(double position, double width) const {
  const double share = width > 0 ? position / width : 0;
  const double span = count_of(visible_.to - visible_.from);
  return std::clamp(visible_.from + nanoseconds(share * span), Nanoseconds(0), duration_);
}

void TimeAxis::zoom(double factor, double share) {
  const double span = count_of(visible_.to - visible_.from);
  const double least = std::min(kLeastVisible, count_of(duration_));
  const double wanted = std::clamp(span * factor, least, count_of(duration_));
  const double fixed = count_of(visible_.from) + span * share;
  const double from = std::clamp(fixed - wanted * share, 0.0, count_of(duration_) - wanted);
  visible_.from = nanoseconds(from);
  visible_.to =
      std::min(duration_, std::max(nanoseconds(from + wanted), visible_.from + Nanoseconds(1)));
}

void TimeAxis::pan(double share) {
  const Nanoseconds span = visible_.to - visible_.from;
  const Nanoseconds from = std::clamp(visible_.from + nanoseconds(count_of(span) * share),
                                      Nanoseconds(0), duration_ - span);
  visible_ = {.from = from, .to = from + span};
}

void TimeAxis::show(TimeSpan span) {
  span.from = std::clamp(span.from, Nanoseconds(0), duration_ - Nanoseconds(1));
  span.to = std::clamp(span.to, span.from + Nanoseconds(1), duration_);
  visible_ = span;
}

void TimeAxis::show_all() { visible_ = {.from = Nanoseconds(0), .to = duration_}; }

Nanoseconds snapped(Nanoseconds time, const std::vector<Nanoseconds>& moments, Nanoseconds reach) {
  Nanoseconds best = time;
  Nanoseconds distance = reach;
  for (const Nanoseconds moment : moments) {
    const Nanoseconds away = moment > time ? moment - time : time - moment;
    if (away > distance) continue;
    distance = away;
    best = moment;
  }
  return best;
}

std::vector<Nanoseconds> ticks_of(const TimeSpan& span, std::size_t count) {
  std::vector<Nanoseconds> ticks;
  const double width = count_of(span.to - span.from);
  if (width <= 0 || count == 0) return ticks;
  const double rough = width / static_cast<double>(count);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = power * 10;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (power * factor >= rough) {
      step = power * factor;
      break;
    }
  }
  step = std::max(step, 1.0);
  ticks.reserve(count + 1);
  for (double at = std::ceil(count_of(span.from) / step) * step; at <= count_of(span.to);
       at += step) {
    ticks.push_back(nanoseconds(at));
  }
  return ticks;
}

std::string tick_text(Nanoseconds time, Nanoseconds step) {
  if (time == Nanoseconds(0)) return "0";
  const double reference = std::max(count_of(time), count_of(step));
  const Unit* unit = &kUnits.back();
  for (const Unit& each : kUnits) {
    if (reference >= each.size) {
      unit = &each;
      break;
    }
  }
  const double digits = std::ceil(std::log10(unit->size / std::max(count_of(step), 1.0)) - 1e-9);
  return fmt::format("{:.{}f} {}", count_of(time) / unit->size,
                     std::clamp(static_cast<int>(digits), 0, 9), unit->name);
}

}  // namespace heaptally::view
