#include "core/report/labels.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

// Less of a function's name says nothing.
constexpr std::size_t kLeastFunction = 24;

// The address or symbol of a place without source.
std::string position(const Places& places, PlaceId id) {
  const Place& place = places[id];
  if (place.function != TextId{}) {
    // What a call returns to is never the function's beginning: where it is 0 nobody knows it.
    if (place.offset == 0) return printable(places.function(id));
    return fmt::format("{}+0x{:x}", printable(places.function(id)), place.offset);
  }
  return fmt::format("{}0x{:x}", place.module == TextId{} ? "" : "+", place.offset);
}

std::string module_or_unknown(std::string_view path) {
  return path.empty() ? "??" : printable(path);
}

std::string task_label(const Task& task) {
  if (task.threads == 0) return "all threads";
  const std::string name = task.name.empty() ? "thread" : printable(task.name);
  if (task.threads > 1) return fmt::format("{} ({})", name, counted(task.threads, "thread"));
  return fmt::format("{} ({})", name, task.tid);
}

std::string size_label(SizeClass size_class) {
  const auto bits = static_cast<unsigned>(size_class);
  if (bits == 0) return "[0 B, 1 B)";
  const std::string from = size_text(std::uint64_t{1} << ((bits - 1) & 63));
  // 2^64 is beyond what size_text takes.
  return fmt::format("[{}, {})", from, bits < 64 ? size_text(std::uint64_t{1} << bits) : "16 EiB");
}

}  // namespace

std::string place_label(const Places& places, PlaceId place) {
  const std::string where = printable(places.where(place));
  if (places[place].source) return fmt::format("{}:{}", where, places[place].line);
  return fmt::format("{}:{}", where, position(places, place));
}

std::string frame_label(const Places& places, PlaceId place) {
  if (place == kCutPlace) return "  ... (outermost frames were cut off)";
  const std::string where = printable(places.where(place));
  if (places[place].source) {
    return fmt::format("  File \"{}\", line {}", where, places[place].line);
  }
  return fmt::format("  File \"{}\", {}", where, position(places, place));
}

std::string call_label(const Profile& profile, Group group, PlaceId id, std::size_t width) {
  const Places& places = profile.places();
  const Place& place = places[id];
  if (id == kCutPlace) return "... (outermost frames were cut off)";
  if (id == kUnknownPlace) return printable(places.where(id));
  const bool is_named =
      place.function != TextId{} && (group == Group::kLine || group == Group::kFunction);
  if (!is_named) return key_label(profile, group, {.place = id});
  const std::string where = printable(places.where(id));
  std::string function = printable(places.function(id));
  std::string rest = fmt::format(" ({})", where);
  if (group == Group::kLine && place.source) rest = fmt::format(" ({}:{})", where, place.line);
  if (group == Group::kLine && !place.source && place.offset != 0) {
    rest = fmt::format("+0x{:x}{}", place.offset, rest);
  }
  if (width != 0) {
    const std::size_t taken = characters(rest);
    function = cut_text(function, std::max(kLeastFunction, width > taken ? width - taken : 0));
  }
  return function + rest;
}

std::string process_label(const Process& image) {
  constexpr std::size_t kCommandWidth = 60;
  const std::string command =
      image.command.empty() ? "process" : command_text(image.command, kCommandWidth);
  // Only threads of theirs share a row.
  if (image.pid == 0 && image.processes == 0) return command + " (other processes)";
  if (image.pid == 0) {
    return fmt::format("{} ({})", command, counted(image.processes, "process", "processes"));
  }
  return fmt::format("{} ({})", command, image.pid);
}

std::string key_label(const Profile& profile, Group group, const Key& key) {
  const Places& places = profile.places();
  const std::string where = printable(places.where(key.place));
  switch (group) {
    case Group::kLine:
    case Group::kTraceback:
      return place_label(places, key.place);
    case Group::kFile:
      return where + ":0";
    case Group::kModule:
      return module_or_unknown(places.module(key.place)) + ":0";
    case Group::kFunction:
      return fmt::format("{} ({})", module_or_unknown(places.function(key.place)), where);
    case Group::kThread:
      return task_label(profile.data().tasks[index_of(key.task)]);
    case Group::kProcess:
      return process_label(profile.data().processes[index_of(key.process)]);
    case Group::kSize:
      return size_label(key.size_class);
  }
  return {};
}

}  // namespace heaptally
