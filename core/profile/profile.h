// Profile: a recording made ready for questions.
#pragma once

#include <memory>

#include "core/profile/places.h"
#include "core/profile/sites.h"

namespace heaptally {

class Groupings;

// What every statistic needs. `data` must outlive it. Threads: any at a time; what it works out
// later is worked out once, by who asks first.
class Profile {
 public:
  Profile(const RecordingData& data, const SiteRules& rules);
  ~Profile();

  const RecordingData& data() const { return data_; }
  const Places& places() const { return places_; }
  const Sites& sites() const { return sites_; }
  const Groupings& groupings() const { return *groupings_; }

 private:
  const RecordingData& data_;
  Places places_;
  Sites sites_;
  std::unique_ptr<Groupings> groupings_;  // keys.h is about profiles, so it is not known here
};

}  // namespace heaptally
