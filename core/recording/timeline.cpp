#include "core/recording/timeline.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace heaptally {

namespace {

// Rows that one add() reads. Fewer than two for each row added, and merging would not
// catch up; four are certain, the others only while they are small.
constexpr std::size_t kLeastVisits = 4;
constexpr std::size_t kMostVisits = 8;
constexpr std::size_t kFewDeltas = 1 << 16;

constexpr std::int64_t kRowsInNewestSlot = 32;

void add_to(TallyDelta& into, const TallyDelta& from) {
  into.allocated += from.allocated;
  into.freed += from.freed;
  into.temporary += from.temporary;
}

void add_to(TallyAmount& into, const TallyAmount& from) { into.amount += from.amount; }

// Both ascend by id.
template <class Row>
void absorb_rows(std::vector<Row>& into, const std::vector<Row>& from) {
  if (into.empty()) {
    into = from;
    return;
  }
  std::vector<Row> sum;
  sum.reserve(into.size() + from.size());
  auto a = into.cbegin();
  auto b = from.cbegin();
  while (a != into.cend() && b != from.cend()) {
    if (a->id < b->id) {
      sum.push_back(*a++);
    } else if (b->id < a->id) {
      sum.push_back(*b++);
    } else {
      sum.push_back(*a++);
      add_to(sum.back(), *b++);
    }
  }
  sum.insert(sum.end(), a, into.cend());
  sum.insert(sum.end(), b, from.cend());
  into = std::move(sum);
}

}  // namespace

void absorb(Bucket& into, const Bucket& from) {
  into.max_live_bytes = std::max(into.max_live_bytes, from.max_live_bytes);
  absorb_rows(into.deltas, from.deltas);
}

void absorb(std::vector<TallyAmount>& into, const std::vector<TallyAmount>& from) {
  absorb_rows(into, from);
}

bool Timeline::accepts(const Bucket& bucket) const {
  const std::int64_t start = bucket.start.count();
  const std::int64_t width = bucket.width.count();
  if (start < 0 || width <= 0 || start >= kMostTime || width >= kMostTime) return false;
  if (is_cut(start, start + width)) return false;
  if (!has_open_ || bucket.start >= open_.start + open_.width) return true;
  return bucket.start >= open_.start && start + width <= (open_.start + open_.width).count();
}

void Timeline::add(const Bucket& bucket) {
  const std::int64_t bucket_end = (bucket.start + bucket.width).count();
  const auto is_kept = [&](std::int64_t time) { return std::ranges::binary_search(kept_, time); };
  if (base_ == 0 && !is_kept(bucket.start.count()) && !is_kept(bucket_end)) {
    base_ = width_ = bucket.width.count();
  }
  end_of_added_ = std::max(end_of_added_, bucket_end);
  if (!has_open_ || bucket.start >= open_.start + open_.width) {
    close();
    open(bucket);
  }
  absorb(open_, bucket);
  dirty_ = true;
  widen();
  merge_some();
}

bool Timeline::keep_edge(Nanoseconds time) {
  const std::int64_t edge = time.count();
  if (edge < 0 || edge >= kMostTime || edge < end_of_added_) return false;
  if (!kept_.empty() && edge <= kept_.back()) return edge == kept_.back();
  kept_.push_back(edge);
  if (has_open_ && edge < (open_.start + open_.width).count()) {
    open_.width = time - open_.start;
    dirty_ = true;
  }
  return true;
}

// Whether a kept edge lies within.
bool Timeline::is_cut(std::int64_t start, std::int64_t end) const {
  const auto next = std::ranges::upper_bound(kept_, start);
  return next != kept_.end() && *next < end;
}

// The part of an extent that holds `time` and that no kept edge cuts.
Timeline::Extent Timeline::between_kept(const Extent& extent, std::int64_t time) const {
  const auto next = std::ranges::upper_bound(kept_, time);
  std::int64_t start = extent.start;
  std::int64_t end = extent.end();
  if (next != kept_.begin()) start = std::max(start, *(next - 1));
  if (next != kept_.end()) end = std::min(end, *next);
  return {start, end - start};
}

// Where a row may be merged with others: its slot, or a part of it between two kept edges.
Timeline::Extent Timeline::place_of(const Extent& row) const {
  return between_kept({row.start / width_ * width_, width_}, row.start);
}

void Timeline::flush() {
  if (!has_open_ || !dirty_) return;
  store_.write(open_);
  dirty_ = false;
}

Nanoseconds Timeline::row_at(Nanoseconds moment) const {
  if (has_open_ && moment >= open_.start) return open_.start;
  const auto after =
      std::upper_bound(rows_.begin(), rows_.end(), moment.count(),
                       [](std::int64_t time, const Extent& row) { return time < row.start; });
  return after == rows_.begin() ? moment : Nanoseconds(std::prev(after)->start);
}

void Timeline::open(const Bucket& bucket) {
  const std::int64_t start = bucket.start.count();
  Extent row = {start, bucket.width.count()};
  if (base_ != 0) {
    const auto aligned = [&](std::int64_t width) {
      return between_kept({start - start % width, width}, start);
    };
    std::int64_t width = std::max(base_, width_ / kRowsInNewestSlot);
    while (width > base_ && aligned(width).start < end_of_rows()) width /= 2;
    const Extent wider = aligned(width);
    if (row.end() <= wider.end() && wider.start >= end_of_rows()) row = wider;
  }
  open_ = Bucket{Nanoseconds(row.start), Nanoseconds(row.width), 0, {}};
  has_open_ = true;
  dirty_ = true;
}

void Timeline::close() {
  if (!has_open_) return;
  flush();
  rows_.push_back({open_.start.count(), open_.width.count()});
  has_open_ = false;
}

std::size_t Timeline::slots_at(std::int64_t width) const {
  std::size_t slots = 0;
  std::int64_t last = -1;
  for (const Extent& row : rows_) {
    const std::int64_t slot = row.start / width;
    if (slot != last) ++slots;
    last = slot;
  }
  return slots;
}

void Timeline::widen() {
  if (base_ == 0 || rows_.size() <= max_rows_ + kept_.size()) return;
  std::int64_t width = width_;
  while (width < kMostTime && slots_at(width) > max_rows_ / 4 * 3) width *= 2;
  if (width == width_) return;  // the cursor is still on its way
  width_ = width;
  first_ = cursor_ = 0;
  merging_.deltas.clear();
}

void Timeline::merge_some() {
  std::size_t visits = 0;
  std::size_t deltas = 0;
  while (base_ != 0 && cursor_ < rows_.size()) {
    const Extent place = place_of(rows_[cursor_]);
    const auto is_in = [&](const Extent& row) {
      return row.start >= place.start && row.end() <= place.end();
    };
    if (place.end() > open_.start.count()) return;  // more may come
    const bool last = cursor_ + 1 == rows_.size() || !is_in(rows_[cursor_ + 1]);
    if (first_ == cursor_ && (last || !is_in(rows_[cursor_]))) {
      first_ = ++cursor_;  // alone in its place, or wider than that
      continue;
    }
    if (visits >= kMostVisits || (visits >= kLeastVisits && deltas > kFewDeltas)) return;
    store_.read(Nanoseconds(rows_[cursor_].start), row_);
    if (first_ == cursor_) merging_ = Bucket{};
    absorb(merging_, row_);
    ++cursor_;
    ++visits;
    deltas += row_.deltas.size();
    if (last) commit(place);
  }
}

void Timeline::commit(const Extent& place) {
  // The place's own extent, unless a neighbour that is wider reaches into it.
  const std::int64_t before = first_ == 0 ? 0 : rows_[first_ - 1].end();
  const std::int64_t after =
      cursor_ == rows_.size() ? std::numeric_limits<std::int64_t>::max() : rows_[cursor_].start;
  const std::int64_t start = std::max(place.start, before);
  const std::int64_t end = std::min(place.end(), after);

  for (std::size_t row = first_; row < cursor_; ++row) store_.erase(Nanoseconds(rows_[row].start));
  merging_.start = Nanoseconds(start);
  merging_.width = Nanoseconds(end - start);
  store_.write(merging_);

  rows_[first_] = {start, end - start};
  rows_.erase(rows_.begin() + static_cast<std::ptrdiff_t>(first_) + 1,
              rows_.begin() + static_cast<std::ptrdiff_t>(cursor_));
  cursor_ = ++first_;
}

}  // namespace heaptally
