// KeyNames: by which words a selection takes up what a row stands for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/profile/keys.h"

namespace heaptally::view {

// Each is empty where there is no such word.
struct KeyNames {
  std::string filter;   // for Selection::filters and excludes
  std::string call;     // for Selection::through, without and merged
  std::string thread;   // for Selection::threads
  std::string process;  // for Selection::processes
  std::string file;     // where it is in the source, if that is known
  std::uint32_t line = 0;
};

KeyNames names_of(const Profile& profile, Group group, const Key& key);

// A pattern that matches this text alone.
std::string as_pattern(std::string_view text);

// A path or name without control characters and no longer than a row can show; what is cut is its
// beginning.
std::string short_text(std::string_view text);

// place_label() of what may have names of any length.
std::string short_place(const Places& places, PlaceId place);
// Its function; empty if that is not known.
std::string short_function(const Places& places, PlaceId place);

}  // namespace heaptally::view
