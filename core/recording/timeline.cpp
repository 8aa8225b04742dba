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
  if (!has_open_ || bucket.start >= open_.start + open_.width) return true;
  return bucket.start >= open_.start && start + width <= (open_.start + open_.width).count();
}

void Timeline::add(const Bucket& bucket) {
  if (base_ == 0) base_ = width_ = bucket.width.count();
  if (!has_open_ || bucket.start >= open_.start + open_.width) {
    close();
    open(bucket);
  }
  absorb(open_, bucket);
  dirty_ = true;
  widen();
  merge_some();
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
  const auto aligned = [&](std::int64_t width) { return start - start % width; };
  std::int64_t width = std::max(base_, width_ / kRowsInNewestSlot);
  while (width > base_ && aligned(width) < end_of_rows()) width /= 2;
  open_ = Bucket{Nanoseconds(aligned(width)), Nanoseconds(width), 0, {}};
  const bool fits = (bucket.start + bucket.width) <= open_.start + open_.width;
  if (!fits || aligned(width) < end_of_rows()) {
    open_.start = bucket.start;
    open_.width = bucket.width;
  }
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
  if (rows_.size() <= max_rows_) return;
  std::int64_t width = width_;
  while (width < kMostTime && slots_at(width) > max_rows_ / 4 * 3) width *= 2;
  if (width == width_) return;  // the cursor is still on its way
  width_ = width;
  first_ = cursor_ = 0;
  merging_.deltas.clear();
}

bool Timeline::in_slot(const Extent& row, std::int64_t slot) const {
  return row.start / width_ == slot && row.end() <= (slot + 1) * width_;
}

void Timeline::merge_some() {
  std::size_t visits = 0;
  std::size_t deltas = 0;
  while (cursor_ < rows_.size()) {
    const std::int64_t slot = rows_[cursor_].start / width_;
    if ((slot + 1) * width_ > open_.start.count()) return;  // more may come
    const bool last = cursor_ + 1 == rows_.size() || !in_slot(rows_[cursor_ + 1], slot);
    if (first_ == cursor_ && (last || !in_slot(rows_[cursor_], slot))) {
      first_ = ++cursor_;  // alone in its slot, or wider than that
      continue;
    }
    if (visits >= kMostVisits || (visits >= kLeastVisits && deltas > kFewDeltas)) return;
    store_.read(Nanoseconds(rows_[cursor_].start), row_);
    if (first_ == cursor_) merging_ = Bucket{};
    absorb(merging_, row_);
    ++cursor_;
    ++visits;
    deltas += row_.deltas.size();
    if (last) commit_slot(slot);
  }
}

void Timeline::commit_slot(std::int64_t slot) {
  // The slot's own extent, unless a neighbour that is wider reaches into it.
  const std::int64_t before = first_ == 0 ? 0 : rows_[first_ - 1].end();
  const std::int64_t after =
      cursor_ == rows_.size() ? std::numeric_limits<std::int64_t>::max() : rows_[cursor_].start;
  const std::int64_t start = std::max(slot * width_, before);
  const std::int64_t end = std::min((slot + 1) * width_, after);

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
