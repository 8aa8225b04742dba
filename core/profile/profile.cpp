#include "core/profile/profile.h"

#include "core/profile/groupings.h"

namespace heaptally {

Profile::Profile(const RecordingData& data, const SiteRules& rules)
    : data_(data),
      places_(data),
      sites_(data, places_, rules),
      groupings_(std::make_unique<Groupings>(data, places_)) {}

Profile::~Profile() = default;

}  // namespace heaptally
