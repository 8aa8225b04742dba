// Flame graphs: calls from the outermost on, as wide as what they come to.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "core/profile/compared_tree.h"

namespace heaptally {

// A call as it is drawn: of a tree's node what both kinds of trees have.
struct FlameNode {
  const Profile* profile = nullptr;  // of `place`
  PlaceId place{};                   // not the root's
  std::uint32_t parent = 0;
  std::uint32_t first_child = 0;
  std::uint32_t children = 0;
  ComparedAmount cumulative;  // of one recording nothing is before
  ComparedAmount self;
};

// The calls of one snapshot, or of an older and a newer one; all of them, and in the order of what
// they come to now. What is referred to must outlive it.
struct FlameReport {
  const Query& query;
  TreeShape shape;
  Side now;
  bool is_compared = false;
  std::vector<FlameNode> nodes;  // as CallTree::nodes
};

// `shape` must have all levels. Errors: as CallTree.
FlameReport make_flame(const Side& now, const Query& query, const TreeShape& shape);
FlameReport make_flame(const Side& before, const Side& now, const Query& query,
                       const TreeShape& shape);

// How a call is named in a flame graph: its function or, as far as it is known, where it is; with
// Group::kLine the line, too.
std::string flame_name(const Profile& profile, Group group, PlaceId place);

// Folded stacks, as flamegraph.pl and speedscope read them: a line for each stack at which memory
// was allocated, its calls outermost first, separated by semicolons (one in a name is written as a
// colon), a blank, and the number of bytes, or blocks where the query sorts by count. With an older
// recording two numbers, old and new, and also what only the older one has. Of which all calls are
// merged is the stack "(merged)".
void write_folded(const FlameReport& report, std::ostream& out);

// A drawing of `width` pixels that needs nothing else: exact numbers in tooltips, light or dark as
// the reader likes. What is narrower than a fifth of a pixel is left out. With an older recording
// widths are the newer one's, and colours tell what grew and what shrank.
void write_svg(const FlameReport& report, std::ostream& out, double width = 1200);

}  // namespace heaptally
