// A report as one page of HTML that needs nothing else: no network, no other file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/profile/statistics.h"

namespace heaptally {

// A recording to show. Both must outlive the call.
struct PageRecording {
  const Profile& profile;
  BucketSource buckets;
};

struct PageRequest {
  std::vector<PageRecording> recordings;            // one, or an older and a newer one
  std::vector<std::string> names = {"old", "new"};  // what the page calls two
  const Query& query;                               // of it the filters count
  Metric metric = Metric::kLive;                    // shown first, as it was at the peak
  SortBy unit = SortBy::kSize;                      // shown first: bytes, or blocks
  bool inverted = false;                            // likewise: allocation sites on top
  bool flame_only = false;                          // without timeline, table and sources
  bool with_sources = true;
  std::string source_root = {};       // see source_on_disk
  std::size_t most_bytes = 10 << 20;  // of the page
};

// The page. Small calls are folded, and more of them where the page would else be too large; it
// says so. Errors: as kept_tallies.
std::string make_page(const PageRequest& request);

}  // namespace heaptally
