// Selection: what all panels show.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/heap_timeline.h"
#include "core/profile/statistics.h"
#include "core/profile/tree.h"
#include "viewer/model/recording.h"

namespace heaptally::view {

// What is counted, each in bytes and in blocks.
//   live       live at one moment: see LiveAt
//   total      allocated within the range
//   temporary  of those, freed by the allocating thread before it allocated again
//   growth     live at the end of the range, less what was live at its start
//   leaked     allocated within the range and never freed
enum class ViewMetric { kLive, kTotal, kTemporary, kGrowth, kLeaked };
inline constexpr std::size_t kViewMetrics = 5;

std::string_view name_of(ViewMetric metric);  // "live", "total", ...: as options have them
// Errors: Error of usage that names the choices.
ViewMetric parse_view_metric(std::string_view text);

// Of kLive: the highest moment of the range (of the run: its peak), or the range's end.
enum class LiveAt { kPeak, kEnd };

// Value; two that are equal show the same.
struct Selection {
  std::optional<TimeSpan> range;  // nothing: the whole run
  ViewMetric metric = ViewMetric::kLive;
  LiveAt live_at = LiveAt::kPeak;
  SortBy unit = SortBy::kSize;
  std::vector<std::string> filters, excludes;  // as --filter and --exclude take them
  bool all_frames = false;
  std::vector<std::string> through, without;  // focused and hidden calls, as --through has them
  std::vector<std::string> merged;            // calls that take no box or node of their own
  bool collapse_recursion = false;
  std::vector<std::string> threads, processes, domains;
  bool raw = false;  // charge the most recent frame

  friend bool operator==(const Selection& a, const Selection& b);

  // Whether the same blocks count in both, whatever is counted of them and when.
  bool keeps_as(const Selection& other) const;
  // Nothing is filtered out.
  bool keeps_all() const;
};

// The query that keeps what the selection does; group, limit and the like are the caller's. Errors:
// Error of usage, as the options of the command line have it.
Query query_of(const Selection& selection);
// The shape of trees of it, all of them, top-down.
TreeShape shape_of(const Selection& selection);

// A number with its sign, where growth is meant.
bool is_signed(const Selection& selection);

// What the selection comes to, by tally.
struct Measured {
  Snapshot now;
  std::optional<Snapshot> before;  // of growth: what was live at the start of the range
  std::string note;                // where it is not quite what was asked for; else empty
};

// Errors: as take_snapshot and find_leaks.
Measured measure(const Recording& recording, const Selection& selection);

// "live at the peak, 1.5 s (exact)"
std::string phrase_of(const Recording& recording, const Selection& selection,
                      const Measured& measured);

// The metric in words: "live at the peak", "net growth".
std::string metric_phrase(const Selection& selection);

// Purpose: the selections that were made, with the way back and forward.
class History {
 public:
  const Selection& current() const { return steps_[at_]; }
  // Goes on from the current one; what was forward is forgotten. An equal one is no step.
  void go(Selection selection);
  // Takes the place of the current one, as while the mouse is dragged.
  void replace(Selection selection) { steps_[at_] = std::move(selection); }
  bool can_go_back() const { return at_ > 0; }
  bool can_go_forward() const { return at_ + 1 < steps_.size(); }
  void back();
  void forward();
  // One selection again, as for another recording.
  void reset(Selection selection = {});

 private:
  std::vector<Selection> steps_ = {Selection{}};
  std::size_t at_ = 0;
};

}  // namespace heaptally::view
