// Call trees written out: drawn as text, JSON, and CSV.
#pragma once

#include <cstddef>
#include <iosfwd>

#include "core/profile/tree.h"

namespace heaptally {

// An answer together with its question. Everything in it must outlive it.
struct TreeReport {
  const Profile& profile;
  const Snapshot& snapshot;
  const Query& query;
  const TreeShape& shape;
  const CallTree& tree;
  bool raw = false;       // the sites are the most recent places, see SiteRules
  std::size_t width = 0;  // of the terminal that text is to fit; 0: as long as it is
};

// Each stops quietly when `out` has failed; the caller looks at its state.
//
// Text: a heading of lines that start with "# ", then a line a node: its share, its size, its
// count, and what it is. Where all of a node goes on to one callee, that is written below it
// without the numbers, which are the same; where such callees repeat themselves, they are written
// once. A node that has memory of its own beside that of its callees has it as "(itself)", and the
// last line below a node is what was left out there, so that what stands below a node adds up to
// it.
void write_text(const TreeReport& report, std::ostream& out);

// JSON: the heading's facts as for statistics, "bottom_up", "min", "depth", "merged",
// "collapse_recursion", and "tree": the root, each node an object with "label" and what the group
// tells of it, "size", "count", "self" and "left_out" ({"bytes", "count"}), "nodes_left_out",
// "recursive" and "children", an array.
void write_json(const TreeReport& report, std::ostream& out);

// CSV: depth, id, parent (an id; none for the root), label, file, line, function, module, size,
// count, self_size, self_count; parents before their children, in the order of the drawing.
void write_csv(const TreeReport& report, std::ostream& out);

}  // namespace heaptally
