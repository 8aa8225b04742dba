#include "core/recording/sample_thinner.h"

#include <algorithm>

namespace heaptally {

namespace {

void merge_later(Sample& into, const Sample& later) {
  into.time = later.time;
  into.cpu = later.cpu;
  into.rss = std::max(into.rss, later.rss);
  into.mapped = std::max(into.mapped, later.mapped);
}

}  // namespace

void SampleThinner::add(const Sample& sample) {
  if (rows_.empty() || in_last_ == stride_) {
    if (rows_.size() == most_) thin();
    rows_.push_back(sample);
    in_last_ = 1;
    return;
  }
  merge_later(rows_.back(), sample);
  ++in_last_;
  unchanged_ = std::min(unchanged_, rows_.size() - 1);
}

void SampleThinner::thin() {
  for (std::size_t pair = 0; 2 * pair < rows_.size(); ++pair) {
    rows_[pair] = rows_[2 * pair];
    if (2 * pair + 1 < rows_.size()) merge_later(rows_[pair], rows_[2 * pair + 1]);
  }
  rows_.resize((rows_.size() + 1) / 2);
  stride_ *= 2;
  unchanged_ = 0;
  thinned_ = true;
}

void SampleThinner::mark_stored() {
  unchanged_ = rows_.size();
  thinned_ = false;
}

}  // namespace heaptally
