// Profile: a recording made ready for questions.
#pragma once

#include "core/profile/places.h"
#include "core/profile/sites.h"

namespace heaptally {

// What every statistic needs. `data` must outlive it. Threads: immutable once made.
class Profile {
 public:
  Profile(const RecordingData& data, const SiteRules& rules)
      : data_(data), places_(data), sites_(data, places_, rules) {}

  const RecordingData& data() const { return data_; }
  const Places& places() const { return places_; }
  const Sites& sites() const { return sites_; }

 private:
  const RecordingData& data_;
  Places places_;
  Sites sites_;
};

}  // namespace heaptally
