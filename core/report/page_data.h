// What a page of a report holds, as JSON for its script.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/profile/comparison.h"
#include "core/profile/excerpt.h"
#include "core/report/key_json.h"

namespace heaptally {

// A recording cut down, and what it was cut from. Both must outlive the page.
struct PageSide {
  const Profile& profile;
  const Excerpt& excerpt;
};

// Source files that were read, as far as lines of theirs are of interest.
struct PageSource {
  std::string file;  // as the recording has it
  // Stretches of lines, each with the number of its first.
  std::vector<std::pair<std::uint32_t, std::vector<std::string>>> parts;
};

// {"recordings": [...], "nodes", "places", "strings", "sources", "notes"}: what page/data.js reads.
// Nodes and places are those of all sides, told to be the same by what they are called. Numbers
// stand in columns. `notes`: what is to be known of the numbers, a sentence each.
Json page_json(const std::vector<PageSide>& sides, const std::vector<PageSource>& sources,
               const std::vector<std::string>& notes);

// [{"name", "unit": "bytes", "count" or "time", "values": [a, b]}], of what is known.
Json facts_json(const std::vector<ComparedFact>& facts);

}  // namespace heaptally
