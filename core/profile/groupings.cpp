#include "core/profile/groupings.h"

#include <string>

#include "core/base/error.h"

namespace heaptally {
namespace {

// The traces that each trace calls, one after the other, and the way through all of them.
class CalledTraces {
 public:
  explicit CalledTraces(const std::vector<Trace>& traces)
      : starts_(traces.size() + 1), called_(traces.size()) {
    for (std::size_t i = 1; i < traces.size(); ++i) ++starts_[index_of(traces[i].parent) + 1];
    for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
    std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
    for (std::size_t i = 1; i < traces.size(); ++i) {
      called_[next[index_of(traces[i].parent)]++] = static_cast<std::uint32_t>(i);
    }
  }

  // Calls `enter(trace)` before and `leave(trace)` after what is called from a trace; not for the
  // root.
  template <class Enter, class Leave>
  void walk(Enter enter, Leave leave) const {
    struct Step {
      std::uint32_t trace;
      std::uint32_t next;
    };
    std::vector<Step> stack = {{0, starts_[0]}};
    while (!stack.empty()) {
      Step& step = stack.back();
      if (step.next == starts_[step.trace + 1]) {
        if (step.trace != 0) leave(TraceId(step.trace));
        stack.pop_back();
        continue;
      }
      const std::uint32_t trace = called_[step.next++];
      enter(TraceId(trace));
      stack.push_back({trace, starts_[trace]});
    }
  }

 private:
  std::vector<std::uint32_t> starts_;  // by trace, into called_; one more than there are traces
  std::vector<std::uint32_t> called_;
};

std::size_t number_by_place(Group group) {
  if (is_by_place(group)) return static_cast<std::size_t>(group);
  throw Error("--group " + std::string(name_of(group)), "does not look at single places",
              "choose lineno, filename, function or module", ExitCode::kUsage);
}

}  // namespace

EnteredKeys::EnteredKeys(const RecordingData& data, const Places& places, const PlaceKeys& keys)
    : ranges_(data.traces.size()) {
  std::vector<bool> is_inside(keys.size());
  const auto enter = [&](TraceId trace) {
    Range& range = ranges_[index_of(trace)];
    range.first = static_cast<std::uint32_t>(keys_.size());
    for (const PlaceId place : places.of(data.traces[index_of(trace)].frame)) {
      if (place == kCutPlace || is_inside[keys[place]]) continue;
      is_inside[keys[place]] = true;
      keys_.push_back(keys[place]);
    }
    range.count = static_cast<std::uint32_t>(keys_.size()) - range.first;
  };
  const auto leave = [&](TraceId trace) {
    for (const std::uint32_t key : of(trace)) is_inside[key] = false;
  };
  keys_.reserve(data.traces.size());
  CalledTraces(data.traces).walk(enter, leave);
}

const PlaceKeys& Groupings::places(Group group) const {
  Lazy<PlaceKeys>& keys = keys_[number_by_place(group)];
  std::call_once(keys.once, [&] { keys.value.emplace(places_, group); });
  return *keys.value;
}

const EnteredKeys& Groupings::entered(Group group) const {
  Lazy<EnteredKeys>& entered = entered_[number_by_place(group)];
  std::call_once(entered.once, [&] { entered.value.emplace(data_, places_, places(group)); });
  return *entered.value;
}

const TracebackKeys& Groupings::tracebacks() const {
  std::call_once(tracebacks_.once,
                 [&] { tracebacks_.value.emplace(data_, places_, places(Group::kLine)); });
  return *tracebacks_.value;
}

}  // namespace heaptally
