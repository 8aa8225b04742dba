// Overview: a run at a glance, in words.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/profile/summary.h"
#include "viewer/model/key_names.h"
#include "viewer/model/recording.h"
#include "viewer/model/selection.h"

namespace heaptally::view {

struct OverviewWarning {
  std::string text;
  std::string detail;    // more of it; may be empty
  bool is_grave = true;  // else it is only worth knowing
};

struct TopLine {
  Key key;
  KeyNames names;
  std::string label, amount, share;
  double bar = 0;  // of the first one
};

// The lines with most of one metric.
struct TopLines {
  std::string title;
  ViewMetric metric = ViewMetric::kLive;
  LiveAt live_at = LiveAt::kPeak;
  std::vector<TopLine> rows;
};

struct OverviewFacts {
  Summary summary;
  std::string command;
  std::vector<std::string> facts;  // when, how long, how it ended, threads
  std::string peak_time;
  std::string rss;  // in words
  std::vector<OverviewWarning> warnings;
  std::array<TopLines, 3> top;
};

// Of the whole run, with nothing filtered out.
OverviewFacts overview_of(const Recording& recording);

// The modules that most bytes are charged to of which no source lines are known, in words; empty
// if there are none.
OverviewWarning without_debug_information(const Profile& profile, const Statistics& by_line);

}  // namespace heaptally::view
