#include "viewer/model/moments.h"

#include <algorithm>
#include <utility>

#include "core/report/wording.h"

namespace heaptally::view {
namespace {

Moment of_kind(Moment::Kind kind, Nanoseconds time) {
  Moment moment;
  moment.kind = kind;
  moment.time = time;
  return moment;
}

bool has_peak(const Header& header) { return header.complete && header.peak.bytes > 0; }

// A mark is told by its name only where that leads back to it: names may be used twice.
bool leads_to(const RecordingData& data, const Mark& mark) {
  const auto first = std::find_if(data.marks.begin(), data.marks.end(),
                                  [&](const Mark& each) { return each.name == mark.name; });
  return first->time == mark.time;
}

}  // namespace

Moment moment_of(const RecordingData& data, Nanoseconds time) {
  if (time <= Nanoseconds(0)) return of_kind(Moment::Kind::kStart, Nanoseconds(0));
  if (time >= run_time(data)) return of_kind(Moment::Kind::kEnd, run_time(data));
  if (has_peak(data.header) && time == data.header.peak_time) {
    return of_kind(Moment::Kind::kPeak, time);
  }
  for (const Mark& mark : data.marks) {
    if (mark.time != time || !leads_to(data, mark)) continue;
    Moment moment = of_kind(Moment::Kind::kMark, time);
    moment.mark = mark.name;
    return moment;
  }
  return of_kind(Moment::Kind::kTime, time);
}

std::string moment_option(const RecordingData& data, Nanoseconds time) {
  const Moment moment = moment_of(data, time);
  if (moment.kind == Moment::Kind::kMark) return "mark:" + moment.mark;
  if (moment.kind != Moment::Kind::kTime) return std::string(name_of(moment.kind));
  std::string text = moment_text(time);
  std::erase(text, ' ');
  return text;
}

std::string moment_name(const RecordingData& data, Nanoseconds time) {
  const Moment moment = moment_of(data, time);
  if (moment.kind == Moment::Kind::kTime) return duration_text(time);
  const std::string name = moment.kind == Moment::Kind::kMark
                               ? "mark " + printable(cut_text(moment.mark, 60))
                               : "the " + std::string(name_of(moment.kind));
  return name + ", " + duration_text(time);
}

std::vector<NamedMoment> named_moments(const RecordingData& data) {
  std::vector<NamedMoment> moments;
  moments.reserve(data.marks.size() + 3);
  moments.push_back({Moment::Kind::kStart, "start", Nanoseconds(0)});
  if (has_peak(data.header)) {
    moments.push_back({Moment::Kind::kPeak, "peak", data.header.peak_time});
  }
  for (const Mark& mark : data.marks) {
    moments.push_back({Moment::Kind::kMark, printable(cut_text(mark.name, 200)), mark.time});
  }
  moments.push_back({Moment::Kind::kEnd, "end", run_time(data)});
  std::stable_sort(moments.begin(), moments.end(),
                   [](const NamedMoment& a, const NamedMoment& b) { return a.time < b.time; });
  return moments;
}

}  // namespace heaptally::view
