#include "core/profile/portable_key.h"

#include <functional>

#include "core/profile/processes.h"

namespace heaptally {
namespace {

constexpr std::string_view kAnyProgram = "(program)";

PortableKey::Step step_of(const Places& places, Group group, PlaceId id) {
  const Place& place = places[id];
  switch (group) {
    case Group::kModule:
      return {.where = places.module(id), .line = 0, .function = {}, .offset = 0};
    case Group::kFile:
      return {.where = places.where(id), .line = 0, .function = {}, .offset = 0};
    case Group::kFunction:
      return {.where = places.where(id), .line = 0, .function = places.function(id), .offset = 0};
    default:
      break;
  }
  if (place.source) {
    return {.where = places.where(id), .line = place.line, .function = {}, .offset = 0};
  }
  return {.where = places.where(id),
          .line = 0,
          .function = places.function(id),
          // Never that of a line of a file.
          .offset = place.offset + 1};
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  hash ^= hash >> 32;
  return hash * 0xd6e8feb86659fd93;
}

}  // namespace

PortableKey portable_key(const Profile& profile, Group group, const Key& key, bool numbered) {
  const RecordingData& data = profile.data();
  PortableKey result;
  switch (group) {
    case Group::kThread:
      if (numbered)
        result.number = index_of(key.task);
      else
        result.name = data.tasks[index_of(key.task)].name;
      return result;
    case Group::kProcess:
      if (numbered)
        result.number = index_of(key.process);
      else
        result.name = program_name(data.processes[index_of(key.process)].command);
      return result;
    case Group::kSize:
      result.number = static_cast<std::uint64_t>(key.size_class);
      return result;
    case Group::kTraceback:
      for (const PlaceId place : traceback(profile, key.trace)) {
        result.steps.push_back(step_of(profile.places(), Group::kLine, place));
      }
      return result;
    default:
      result.steps.push_back(step_of(profile.places(), group, key.place));
      return result;
  }
}

PortableKey call_key(const Profile& profile, Group group, PlaceId id) {
  PortableKey key = portable_key(profile, group, {.place = id}, false);
  const Place& place = profile.places()[id];
  PortableKey::Step& step = key.steps.front();
  if (place.module != TextId{} && (!place.source || group == Group::kModule)) {
    step.where = file_name(step.where);
    if (step.where.find(".so") == std::string_view::npos) step.where = kAnyProgram;
  } else if (group == Group::kFunction) {
    step.where = file_name(step.where);
  }
  return key;
}

std::uint64_t hash_of(const PortableKey& key) {
  const std::hash<std::string_view> text;
  std::uint64_t hash = mix(key.number, text(key.name));
  for (const PortableKey::Step& step : key.steps) {
    hash = mix(hash, text(step.where));
    hash = mix(hash, step.line);
    hash = mix(hash, text(step.function));
    hash = mix(hash, step.offset);
  }
  return hash;
}

}  // namespace heaptally
