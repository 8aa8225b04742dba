#include "core/profile/moment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "core/base/error.h"

namespace heaptally {
namespace {

constexpr std::array<std::string_view, 6> kKinds = {"peak", "start", "end",
                                                    "time", "share", "mark"};

struct Unit {
  std::string_view name;
  double nanoseconds;
};
// Longer names before those that they begin with.
constexpr std::array<Unit, 6> kUnits = {
    {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};

[[noreturn]] void refuse_moment(std::string_view option, std::string_view text) {
  throw Error(std::string(option) + " " + std::string(text), "is no moment of a run",
              "give start, peak, peak:PID, end, mark:NAME, a share such as 40%, or a time such as "
              "1.5, 250ms or 1m30s",
              ExitCode::kUsage);
}

// The number that the text is, and nothing but that.
template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc() && end == text.data() + text.size();
}

// From 0 to 1. False: it is none.
bool read_share(std::string_view text, double& share) {
  if (!text.ends_with('%') || text.find_first_of("0123456789.") != 0) return false;
  if (!read_number(text.substr(0, text.size() - 1), share) || share > 100) return false;
  share /= 100;
  return true;
}

// False: it is none.
bool read_time(std::string_view text, Nanoseconds& time) {
  constexpr double kLongest = 9e18;
  double sum = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    double number = 0;
    // from_chars also reads "-1", "inf" and "nan"; a time starts with a digit or a point.
    if (rest.find_first_of("0123456789.") != 0) return false;
    const auto [end, problem] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (problem != std::errc()) return false;
    const bool first = rest.size() == text.size();
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                   [&](const Unit& u) { return rest.starts_with(u.name); });
    if (unit == kUnits.end()) {
      if (!first || !rest.empty()) return false;
      sum = number * 1e9;
    } else {
      sum += number * unit->nanoseconds;
      rest.remove_prefix(unit->name.size());
    }
  }
  time = Nanoseconds(std::llround(std::min(sum, kLongest)));
  return !text.empty();
}

}  // namespace

Moment parse_moment(std::string_view text, std::string_view option) {
  Moment moment;
  moment.text = std::string(option) + " " + std::string(text);
  constexpr std::string_view kPeakOf = "peak:", kMark = "mark:";
  if (text == "peak") return moment;
  if (text.starts_with(kPeakOf)) {
    if (!read_number(text.substr(kPeakOf.size()), moment.pid) || moment.pid <= 0) {
      refuse_moment(option, text);
    }
  } else if (text == "start") {
    moment.kind = Moment::Kind::kStart;
  } else if (text == "end") {
    moment.kind = Moment::Kind::kEnd;
  } else if (text.starts_with(kMark) && text.size() > kMark.size()) {
    moment.kind = Moment::Kind::kMark;
    moment.mark = text.substr(kMark.size());
  } else if (read_share(text, moment.share)) {
    moment.kind = Moment::Kind::kShare;
  } else if (read_time(text, moment.time)) {
    moment.kind = Moment::Kind::kTime;
  } else {
    refuse_moment(option, text);
  }
  return moment;
}

std::optional<Nanoseconds> read_duration(std::string_view text) {
  Nanoseconds time{0};
  return read_time(text, time) ? std::optional(time) : std::nullopt;
}

Nanoseconds parse_duration(std::string_view text, std::string_view option) {
  const std::optional<Nanoseconds> time = read_duration(text);
  if (!time) {
    throw Error(std::string(option) + " " + std::string(text), "is no stretch of time",
                "give one such as 1.5, 250ms or 1m30s", ExitCode::kUsage);
  }
  return *time;
}

std::string_view name_of(Moment::Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

Nanoseconds run_time(const RecordingData& data) {
  if (data.header.complete || data.samples.empty()) return data.header.duration;
  return std::max(data.header.duration, data.samples.back().time);
}

}  // namespace heaptally
