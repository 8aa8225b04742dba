// Flame graphs: calls from the outermost on, as wide as what they come to.
#pragma once

#include <iosfwd>
#include <string>

#include "core/profile/tree.h"

namespace heaptally {

// One recording's calls, all of them. Everything in it must outlive it.
struct FlameSide {
  const Profile& profile;
  const Snapshot& snapshot;
  const CallTree& tree;
};

struct FlameReport {
  const Query& query;
  FlameSide now;
  const FlameSide* before = nullptr;  // of an older recording, to compare with
  bool inverted = false;              // the tree is bottom-up
};

// How a call is named in a flame graph: its function or, as far as it is known, where it is; with
// Group::kLine the line, too.
std::string flame_name(const Profile& profile, Group group, PlaceId place);

// Folded stacks, as flamegraph.pl and speedscope read them: a line for each stack at which memory
// was allocated, its calls outermost first, separated by semicolons (one in a name is written as a
// colon), a blank, and the number of bytes, or blocks where the query sorts by count. With an older
// recording two numbers, old and new, and also what only the older one has.
void write_folded(const FlameReport& report, std::ostream& out);

// A drawing of `width` pixels that needs nothing else: exact numbers in tooltips, light or dark as
// the reader likes. What is narrower than a fifth of a pixel is left out. With an older recording
// widths are the newer one's, and colours tell what grew and what shrank.
void write_svg(const FlameReport& report, std::ostream& out, double width = 1200);

}  // namespace heaptally
