#include "core/profile/excerpt.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/profile/excerpt_tree.h"
#include "core/profile/moment.h"

namespace heaptally {
namespace {

// By tally, what it held at most, as far as edges of buckets tell.
std::vector<std::uint64_t> greatest_live(const RecordingData& data, const BucketSource& buckets,
                                         const std::vector<bool>& kept) {
  std::vector<std::uint64_t> live(data.tallies.size()), most(data.tallies.size());
  buckets([&](const Bucket& bucket) {
    for (const TallyDelta& delta : bucket.deltas) {
      const std::size_t i = index_of(delta.id);
      if (i >= kept.size() || !kept[i]) continue;
      live[i] += delta.allocated.bytes - delta.freed.bytes;
      if (static_cast<std::int64_t>(live[i]) > 0) most[i] = std::max(most[i], live[i]);
    }
    return true;
  });
  return most;
}

struct ByTrace {
  std::vector<TallyMeasures> measures;
  std::vector<bool> counts;
  std::size_t traces = 0;
};

ByTrace measure_traces(const RecordingData& data, const BucketSource& buckets,
                       const std::vector<bool>& kept) {
  const std::vector<std::uint64_t> most = greatest_live(data, buckets, kept);
  ByTrace result{std::vector<TallyMeasures>(data.traces.size()),
                 std::vector<bool>(data.traces.size())};
  for (std::size_t i = 0; i < data.tallies.size(); ++i) {
    if (!kept[i]) continue;
    const TallyTotals& totals = data.totals[i];
    const std::size_t trace = index_of(data.tallies[i].trace);
    result.measures[trace] +=
        TallyMeasures{{totals.live_at_peak.bytes, totals.live_at_end.bytes, totals.total.bytes,
                       totals.total.count, totals.temporary.count, most[i]}};
    result.traces += !result.counts[trace];
    result.counts[trace] = true;
  }
  return result;
}

// Where buckets are to end: at marks, and else evenly over the run.
class Edges {
 public:
  Edges(const RecordingData& data, std::size_t buckets) {
    // Marks may take half of them.
    for (const Mark& mark : data.marks) {
      if (marks_.size() == buckets / 2) break;
      marks_.push_back(mark);
    }
    const auto even = static_cast<std::int64_t>(std::max<std::size_t>(1, buckets - marks_.size()));
    const std::int64_t whole = run_time(data).count();
    for (std::int64_t i = 1; i < even; ++i) {
      times_.emplace_back(whole / even * i + whole % even * i / even);
    }
    for (const Mark& mark : marks_) times_.push_back(mark.time);
    std::sort(times_.begin(), times_.end());
    times_.erase(std::unique(times_.begin(), times_.end()), times_.end());
  }

  const std::vector<Mark>& marks() const { return marks_; }
  // The first one and the last one after `from`, and at or before `to`; none if there is no such.
  // Both must not go back between calls.
  std::optional<std::pair<Nanoseconds, Nanoseconds>> between(Nanoseconds from, Nanoseconds to) {
    while (next_ < times_.size() && times_[next_] <= from) ++next_;
    if (next_ == times_.size() || times_[next_] > to) return std::nullopt;
    const Nanoseconds first = times_[next_];
    while (next_ + 1 < times_.size() && times_[next_ + 1] <= to) ++next_;
    return std::pair(first, times_[next_]);
  }

 private:
  std::vector<Mark> marks_;
  std::vector<Nanoseconds> times_;
  std::size_t next_ = 0;
};

// Adds rows of the timeline up to buckets.
class BucketMaker {
 public:
  BucketMaker(std::vector<std::uint32_t> row_of_tally, std::size_t rows, Edges edges)
      : row_of_(std::move(row_of_tally)), sums_(rows), is_used_(rows), edges_(std::move(edges)) {}

  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  void add(const Bucket& bucket, bool has_recorded_maximum) {
    rest_until(bucket.start);
    for (const TallyDelta& delta : bucket.deltas) add(delta);
    most_ = std::max(most_, has_recorded_maximum ? bucket.max_live_bytes : live_);
    last_ = bucket.start + bucket.width;
  }
  std::vector<ExcerptBucket> finish(Nanoseconds end) {
    end = std::max(end, last_);
    rest_until(end);
    if (end_ < end || buckets_.empty()) cut(end);
    return std::move(buckets_);
  }

 private:
  // Cuts at edges that lie before `time`, from which on something happens again.
  void rest_until(Nanoseconds time) {
    const auto edges = edges_.between(end_, time);
    if (!edges) return;
    // A row may reach across the first; what follows, until `time`, is a time of rest.
    cut(std::max(edges->first, last_));
    if (edges->second > end_) cut(edges->second);
  }
  void add(const TallyDelta& delta) {
    if (index_of(delta.id) >= row_of_.size() || row_of_[index_of(delta.id)] == kNone) return;
    const std::uint32_t row = row_of_[index_of(delta.id)];
    if (!is_used_[row]) used_.push_back(row);
    is_used_[row] = true;
    ExcerptDelta& sum = sums_[row];
    sum.allocated += delta.allocated;
    sum.freed += delta.freed;
    sum.temporary += delta.temporary;
    live_ += delta.allocated.bytes - delta.freed.bytes;
  }
  void cut(Nanoseconds end) {
    std::sort(used_.begin(), used_.end());
    ExcerptBucket bucket{.end = end, .max_live_bytes = most_, .deltas = {}};
    bucket.deltas.reserve(used_.size());
    for (const std::uint32_t row : used_) {
      bucket.deltas.push_back(sums_[row]);
      bucket.deltas.back().row = row;
      sums_[row] = {};
      is_used_[row] = false;
    }
    used_.clear();
    most_ = live_;
    end_ = end;
    buckets_.push_back(std::move(bucket));
  }

  std::vector<std::uint32_t> row_of_;
  std::vector<ExcerptDelta> sums_;
  std::vector<bool> is_used_;
  std::vector<std::uint32_t> used_;
  Edges edges_;
  std::vector<ExcerptBucket> buckets_;
  std::uint64_t live_ = 0, most_ = 0;
  Nanoseconds end_{0}, last_{0};
};

// The rows, and the number of each tally's; kNone where it does not count.
std::vector<std::uint32_t> add_rows(const RecordingData& data, const std::vector<bool>& kept,
                                    const ExcerptTree& tree, Excerpt& result) {
  std::vector<std::uint32_t> row_of_node(tree.nodes().size(), BucketMaker::kNone);
  std::vector<std::uint32_t> row_of_tally(data.tallies.size(), BucketMaker::kNone);
  for (std::size_t i = 0; i < data.tallies.size(); ++i) {
    if (!kept[i]) continue;
    const std::uint32_t node = tree.node_of(data.tallies[i].trace);
    std::uint32_t& number = row_of_node[node];
    if (number == BucketMaker::kNone) {
      number = static_cast<std::uint32_t>(result.rows.size());
      result.rows.push_back({.node = node, .peak = {}, .end = {}, .total = {}, .temporary = {}});
    }
    row_of_tally[i] = number;
    ExcerptRow& row = result.rows[number];
    const TallyTotals& totals = data.totals[i];
    row.peak += totals.live_at_peak;
    row.end += totals.live_at_end;
    row.total += totals.total;
    row.temporary += totals.temporary;
  }
  for (const ExcerptRow& row : result.rows) {
    result.peak += row.peak;
    result.end += row.end;
    result.total += row.total;
    result.temporary += row.temporary;
  }
  return row_of_tally;
}

}  // namespace

Excerpt excerpt(const Profile& profile, const BucketSource& buckets, const Query& query,
                const ExcerptShape& shape) {
  const RecordingData& data = profile.data();
  const std::vector<bool> kept = kept_tallies(profile, query);
  const ByTrace by_trace = measure_traces(data, buckets, kept);
  const ExcerptTree tree(profile, by_trace.measures, by_trace.counts, shape.least_share);
  Excerpt result;
  result.nodes = tree.nodes();
  result.traces = by_trace.traces;
  result.shortened_traces = tree.shortened_traces();
  std::vector<std::uint32_t> row_of_tally = add_rows(data, kept, tree, result);
  // The greatest totals within buckets are those of the whole heap.
  const bool is_whole = query.keeps_all();
  Edges edges(data, shape.buckets);
  result.marks = edges.marks();
  BucketMaker maker(std::move(row_of_tally), result.rows.size(), std::move(edges));
  buckets([&](const Bucket& bucket) {
    maker.add(bucket, is_whole);
    return true;
  });
  result.buckets = maker.finish(run_time(data));
  return result;
}

}  // namespace heaptally
