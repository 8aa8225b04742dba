// What a recording did not see, by name and number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/recording/model.h"

namespace heaptally {

// One kind of event that a recording counts because it bears on what the numbers mean.
struct Loss {
  std::string_view name;      // for machines: "lost_events"
  std::string_view singular;  // "event lost"
  std::string_view plural;    // "events lost"
  std::uint64_t count = 0;
  bool incomplete = false;  // such events are missing from the numbers
  std::string detail = {};  // of which kinds, where there are several; else empty
};

// Every kind, those that were not met included.
std::vector<Loss> losses(const Header& header);

// Whether the numbers may miss events: the recording was not finished, or some were lost.
bool is_incomplete(const Header& header);

}  // namespace heaptally
