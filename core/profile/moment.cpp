#include "core/profile/moment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

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
constexpr std::array<Unit, 6> kTimeUnits = {
    {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};

[[noreturn]] void refuse_moment(std::string_view option, std::string_view text) {
  throw Error(
      std::string(option) + " " + std::string(text), "is no moment of a run",
      "give start, peak, peak:PID, peak-of:DOMAIN, end, mark:NAME, a share such as 40%, or a "
      "time such as 1.5, 250ms or 1m30s",
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
    const auto unit = std::find_if(kTimeUnits.begin(), kTimeUnits.end(),
                                   [&](const Unit& u) { return rest.starts_with(u.name); });
    if (unit == kTimeUnits.end()) {
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

double seconds_of(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

// The first mark of a name, or with NAME#K the K-th of them.
const Mark* find_mark(const RecordingData& data, std::string_view name) {
  for (const Mark& mark : data.marks) {
    if (mark.name == name) return &mark;
  }
  const std::size_t sign = name.rfind('#');
  std::size_t number = 0;
  if (sign == std::string_view::npos) return nullptr;
  const char* digits = name.data() + sign + 1;
  const char* end = name.data() + name.size();
  const auto [read, problem] = std::from_chars(digits, end, number);
  if (problem != std::errc() || read != end) return nullptr;
  for (const Mark& mark : data.marks) {
    if (mark.name == name.substr(0, sign) && --number == 0) return &mark;
  }
  return nullptr;
}

// On one line, whatever a program has called it.
std::string shown(std::string_view name) {
  constexpr std::size_t kMostBytes = 60;
  if (name.empty()) return "''";
  std::string text(name.substr(0, kMostBytes));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return name.size() > kMostBytes ? text + "..." : text;
}

std::string names_of_marks(const RecordingData& data) {
  constexpr std::size_t kNamed = 10;
  std::vector<std::string_view> names;
  for (const Mark& mark : data.marks) {
    if (std::find(names.begin(), names.end(), mark.name) == names.end()) names.push_back(mark.name);
  }
  if (names.empty()) return "the recording has no marks";
  std::string text = "there are ";
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) {
    text += (i == 0 ? "" : ", ") + shown(names[i]);
  }
  if (names.size() > kNamed) text += " and " + std::to_string(names.size() - kNamed) + " more";
  return text;
}

}  // namespace

Moment parse_moment(std::string_view text, std::string_view option) {
  Moment moment;
  moment.text = std::string(option) + " " + std::string(text);
  constexpr std::string_view kPeakOf = "peak:", kDomainPeak = "peak-of:", kMark = "mark:";
  if (text == "peak") return moment;
  if (text.starts_with(kPeakOf)) {
    if (!read_number(text.substr(kPeakOf.size()), moment.pid) || moment.pid <= 0) {
      refuse_moment(option, text);
    }
  } else if (text.starts_with(kDomainPeak) && text.size() > kDomainPeak.size()) {
    moment.domain = text.substr(kDomainPeak.size());
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

Moment resolve(const RecordingData& data, Moment moment) {
  const Nanoseconds whole = run_time(data);
  if (moment.kind == Moment::Kind::kShare) {
    moment.time = Nanoseconds(std::llround(static_cast<double>(whole.count()) * moment.share));
  } else if (moment.kind == Moment::Kind::kMark) {
    const Mark* mark = find_mark(data, moment.mark);
    if (mark == nullptr) {
      throw Error(moment.text, "no such mark", names_of_marks(data), ExitCode::kUsage);
    }
    moment.time = mark->time;
  } else if (moment.kind == Moment::Kind::kTime && moment.time > whole) {
    throw Error(moment.text, fmt::format("the run took {:.9g} s", seconds_of(whole)),
                "give a time within it, or end", ExitCode::kUsage);
  }
  return moment;
}

bool is_end(const RecordingData& data, const Moment& moment) {
  return moment.kind == Moment::Kind::kEnd ||
         (moment.kind != Moment::Kind::kPeak && moment.time >= run_time(data));
}

void require_order(const Moment& from, Nanoseconds from_time, const Moment& to,
                   Nanoseconds to_time) {
  if (from_time <= to_time) return;
  throw Error(from.text,
              fmt::format("is after {} ({:.9g} s and {:.9g} s)", to.text, seconds_of(from_time),
                          seconds_of(to_time)),
              "give the earlier moment first", ExitCode::kUsage);
}

}  // namespace heaptally
