// Two stacks that should be one, beside each other.
#pragma once

#include <ostream>
#include <string_view>

#include "core/profile/places.h"
#include "core/recording/reader.h"

namespace heaptally {

struct TwoStacks {
  std::string_view name, other_name;  // of the stacks
  TraceId trace{}, other{};
};

// Frame by frame, most recent first: those that both have begin with a space, those of the first
// one only with -, those of the other with +.
void write_difference(const RecordingData& data, const Places& places, const TwoStacks& stacks,
                      std::ostream& out);

}  // namespace heaptally
