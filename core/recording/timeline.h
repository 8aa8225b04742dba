// The timeline's bound: how buckets merge so that a week takes no more rows than an hour.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/recording/model.h"

namespace heaptally {

// Where a Timeline keeps its rows: the file, or a map in a test.
class BucketStore {
 public:
  virtual ~BucketStore() = default;
  virtual void write(const Bucket& bucket) = 0;  // replaces the one with the same start
  virtual void read(Nanoseconds start, Bucket& bucket) = 0;
  virtual void erase(Nanoseconds start) = 0;
};

// Adds what `from` holds to `into`, but not its extent.
void absorb(Bucket& into, const Bucket& from);
// The same for amounts ascending by tally.
void absorb(std::vector<TallyAmount>& into, const std::vector<TallyAmount>& from);

// Purpose: appends buckets to a store and keeps it to about `max_rows` rows.
//
// Rows are merged to slots, [k * width, (k + 1) * width). The width is the base width
// (of the first bucket) times a power of two. When the rows are too many, the width
// doubles until the slots they lie in are few enough; a cursor then walks along the
// rows, a few with each add(), and makes one row of those that share a slot. So
//   - every edge between rows stays a moment at which the sums are exact,
//   - no row reaches across an edge that is to be kept; slots are cut there,
//   - a row that begins and ends at no such edge starts at a multiple of its width,
//   - no add() reads more than a few rows or writes more than two.
// A slot is merged once the time is past it. Within the newest slot there are rows of
// at least 1/32 of the width, so that a flush does not rewrite a whole slot.
//
// Owner and threads: the writer's, one thread. Must not: keep more than the extents
// of its rows, the edges to be kept and two buckets in memory.
class Timeline {
 public:
  explicit Timeline(BucketStore& store, std::size_t max_rows = 4096)
      : store_(store), max_rows_(max_rows) {}

  // Whether `bucket` may be added: it lies after, or within, the one before, and has
  // a sane extent, which no kept edge cuts.
  bool accepts(const Bucket& bucket) const;
  void add(const Bucket& bucket);
  // No row is ever to reach across this time, which is not before the edges kept so far, nor
  // before the end of what was added (a row's extent may be longer than that). Each costs a row
  // beyond `max_rows`. False: it is before one of them, or no sane time.
  bool keep_edge(Nanoseconds time);
  // Stores what add() still holds back.
  void flush();

  // The start of the row that holds the moment, or of the last one before it; the moment itself if
  // there is none.
  Nanoseconds row_at(Nanoseconds moment) const;

  std::size_t rows() const { return rows_.size() + (has_open_ ? 1 : 0); }
  Nanoseconds width() const { return Nanoseconds(width_); }

 private:
  struct Extent {
    std::int64_t start = 0;
    std::int64_t width = 0;
    std::int64_t end() const { return start + width; }
  };

  void open(const Bucket& bucket);
  void close();
  void widen();
  void merge_some();
  void commit(const Extent& place);
  Extent between_kept(const Extent& extent, std::int64_t time) const;
  Extent place_of(const Extent& row) const;
  bool is_cut(std::int64_t start, std::int64_t end) const;
  std::size_t slots_at(std::int64_t width) const;
  std::int64_t end_of_rows() const { return rows_.empty() ? 0 : rows_.back().end(); }

  BucketStore& store_;
  std::size_t max_rows_;
  // Both 0 until a bucket was added that begins and ends at no kept edge.
  std::int64_t base_ = 0;
  std::int64_t width_ = 0;
  std::vector<std::int64_t> kept_;  // edges, ascending
  std::int64_t end_of_added_ = 0;

  std::vector<Extent> rows_;  // ascending, without overlap; all stored
  Bucket open_;               // the newest bucket, after all of rows_
  bool has_open_ = false;
  bool dirty_ = false;  // open_ has more than its stored row

  // rows_[first_, cursor_) lie in one place and are summed in merging_, but still stored.
  std::size_t first_ = 0;
  std::size_t cursor_ = 0;
  Bucket merging_;
  Bucket row_;  // scratch
};

}  // namespace heaptally
