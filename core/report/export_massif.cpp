// The format is what ms_print reads: https://valgrind.org/docs/manual/ms-manual.html
#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/profile/heap_timeline.h"
#include "core/profile/tree.h"
#include "core/report/export.h"
#include "core/report/heading.h"
#include "core/report/labels.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

constexpr std::size_t kSnapshots = 100;

struct MassifSnapshot {
  Nanoseconds time{0};
  std::uint64_t bytes = 0;
  const CallTree* tree = nullptr;  // from the allocation sites outward; null: bytes alone
  bool is_peak = false;
};

// A parenthesis in a name would end the place that follows it for ms_print.
std::string line_of(const Profile& profile, PlaceId place) {
  return fmt::format("0x0: {}", call_label(profile, Group::kLine, place));
}

class Massif {
 public:
  Massif(const ExportRequest& request, std::ostream& out) : request_(request), out_(out) {}

  void heading() {
    const Header& header = request_.profile.data().header;
    const std::string missing = incomplete_phrase(request_.profile.data());
    out_ << "desc: heaptally " << header.heaptally_version << filters_text(request_.query)
         << (missing.empty() ? "" : "; ") << missing << '\n'
         << "cmd: " << command_line_text(header) << "\ntime_unit: ms\n";
  }

  void write(const MassifSnapshot& snapshot, std::size_t number) {
    const double milliseconds = std::chrono::duration<double, std::milli>(snapshot.time).count();
    out_ << fmt::format(
        "#-----------\nsnapshot={}\n#-----------\ntime={:.0f}\nmem_heap_B={}\n"
        "mem_heap_extra_B=0\nmem_stacks_B=0\nheap_tree={}\n",
        number, milliseconds, snapshot.bytes,
        snapshot.tree == nullptr ? "empty"
        : snapshot.is_peak       ? "peak"
                                 : "detailed");
    if (snapshot.tree != nullptr) write_tree(*snapshot.tree);
  }

 private:
  void write_tree(const CallTree& tree) {
    const CallNode& root = tree.root();
    line(root, 0, "(heap allocation functions) malloc/new/new[], --alloc-fns, etc.");
    children(tree, root, 1);
  }

  void children(const CallTree& tree, const CallNode& node, std::size_t depth) {
    for (const CallNode& child : tree.children(node)) {
      line(child, depth, line_of(request_.profile, child.place));
      children(tree, child, depth + 1);
    }
    if (node.children_left_out != 0) {
      out_ << std::string(depth, ' ')
           << fmt::format("n0: {} in {} below massif's threshold (1.00%)\n", node.left_out.bytes,
                          counted(node.children_left_out, "place") + ", all");
    }
  }

  void line(const CallNode& node, std::size_t depth, const std::string& text) {
    const std::uint32_t below = node.children + (node.children_left_out != 0 ? 1 : 0);
    out_ << std::string(depth, ' ')
         << fmt::format("n{}: {} {}\n", below, node.cumulative.bytes, text);
  }

  const ExportRequest& request_;
  std::ostream& out_;
};

}  // namespace

void write_massif(const ExportRequest& request, std::ostream& out) {
  const RecordingData& data = request.profile.data();
  const TreeShape shape = {
      .bottom_up = true, .least = parse_threshold("1%", false, "--min"), .depth = 0};
  const Snapshot at_peak = take_snapshot(data, request.buckets, Metric::kLive, {});
  const Snapshot at_end =
      take_snapshot(data, request.buckets, Metric::kLive, {.kind = Moment::Kind::kEnd});
  const CallTree peak(request.profile, at_peak, request.query, shape);
  const CallTree end(request.profile, at_end, request.query, shape);
  const HeapTimeline timeline = heap_timeline(request.profile, request.buckets, request.query,
                                              Nanoseconds(0), run_time(data));
  std::vector<MassifSnapshot> snapshots = {{}};
  const std::size_t step = timeline.rows.size() / (kSnapshots - 3) + 1;
  for (std::size_t i = step - 1; i < timeline.rows.size(); i += step) {
    snapshots.push_back({timeline.rows[i].end, timeline.rows[i].live.bytes});
  }
  snapshots.push_back({at_peak.time, peak.root().cumulative.bytes, &peak, true});
  snapshots.push_back({run_time(data), end.root().cumulative.bytes, &end});
  std::stable_sort(
      snapshots.begin(), snapshots.end(),
      [](const MassifSnapshot& a, const MassifSnapshot& b) { return a.time < b.time; });
  Massif massif(request, out);
  massif.heading();
  for (std::size_t i = 0; i < snapshots.size(); ++i) massif.write(snapshots[i], i);
}

}  // namespace heaptally
