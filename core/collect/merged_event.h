// MergedEvent: an event in order of all stamps, and where it comes from.
#pragma once

#include <cstdint>

#include "wire/events.h"

namespace heaptally {

// A copy: nobody scribbles on it any more.
struct MergedEvent {
  wire::Event event;
  std::uint32_t source;  // the number that the collector gave its memory
  std::uint32_t lane;
};

}  // namespace heaptally
