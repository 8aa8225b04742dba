#include "core/report/stack_difference.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <vector>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "core/report/labels.h"

namespace heaptally {
namespace {

// Most recent first.
std::vector<FrameId> frames_of(const RecordingData& data, TraceId trace) {
  std::vector<FrameId> frames;
  for (; trace != kRootTrace; trace = data.traces[index_of(trace)].parent) {
    frames.push_back(data.traces[index_of(trace)].frame);
  }
  return frames;
}

std::string describe(const RecordingData& data, const Places& places, FrameId id) {
  const Frame& frame = data.frames[index_of(id)];
  if (frame.kind == FrameKind::kCut) return "(outermost frames were cut off)";
  const std::string& path = data.modules[index_of(frame.module)].path;
  const std::string module = path.empty() ? "??" : std::filesystem::path(path).filename().string();
  std::string text = fmt::format("{}+{:#x}", module, frame.address);
  if (frame.kind == FrameKind::kExact) text += " (interrupted there)";
  for (const PlaceId place : places.of(id)) {
    text += fmt::format("  {}", place_label(places, place));
    const std::string_view function = places.function(place);
    if (places[place].source && !function.empty()) text += fmt::format(" {}", function);
  }
  return text;
}

}  // namespace

void write_difference(const RecordingData& data, const Places& places, const TwoStacks& stacks,
                      std::ostream& out) {
  const std::vector<FrameId> one = frames_of(data, stacks.trace);
  const std::vector<FrameId> other = frames_of(data, stacks.other);
  const auto [end, other_end] = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
  const auto [rest, other_rest] =
      std::mismatch(one.rbegin(), std::make_reverse_iterator(end), other.rbegin(),
                    std::make_reverse_iterator(other_end));
  const auto write = [&](char mark, auto from, auto to) {
    for (; from != to; ++from) {
      fmt::print(out, "  {} {}\n", mark, describe(data, places, *from));
    }
  };
  fmt::print(out, "  - {}, {} frames\n  + {}, {} frames\n", stacks.name, one.size(),
             stacks.other_name, other.size());
  write(' ', one.begin(), end);
  write('-', end, rest.base());
  write('+', other_end, other_rest.base());
  write(' ', rest.base(), one.end());
}

}  // namespace heaptally
