#include "core/library/state.h"
#include "core/report/difference_report.h"
#include "core/report/labels.h"
#include "core/report/statistics_report.h"

namespace heaptally::profile {
namespace {

const heaptally::StatisticDifference& at(const DifferenceRows& rows, std::size_t row) {
  return rows.rows[row];
}

// The recording that a row's key is of.
const std::shared_ptr<const State>& side(const DifferenceRows& rows, std::size_t row) {
  return at(rows, row).vanished ? rows.before : rows.after;
}

}  // namespace

std::vector<Statistic> Access::statistics(Rows made) {
  const auto rows = std::make_shared<const Rows>(std::move(made));
  std::vector<Statistic> result(rows->rows.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i].rows_ = rows;
    result[i].row_ = i;
    result[i].size_ = rows->rows[i].amount.bytes;
    result[i].count_ = rows->rows[i].amount.count;
  }
  return result;
}

std::vector<StatisticDifference> Access::differences(DifferenceRows made) {
  const auto rows = std::make_shared<const DifferenceRows>(std::move(made));
  std::vector<StatisticDifference> result(rows->rows.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const heaptally::StatisticDifference& row = at(*rows, i);
    result[i].rows_ = rows;
    result[i].row_ = i;
    result[i].size_ = row.amount.bytes;
    result[i].count_ = row.amount.count;
    result[i].size_difference_ = row.change.bytes;
    result[i].count_difference_ = row.change.count;
  }
  return result;
}

std::string Statistic::label() const {
  return key_label(rows_->state->profile, rows_->group, rows_->rows[row_].key);
}

Traceback Statistic::traceback() const {
  return Access::traceback(rows_->state, rows_->group, rows_->rows[row_].key);
}

std::string Statistic::text() const { return statistic_text(label(), rows_->rows[row_].amount); }

std::string StatisticDifference::label() const {
  return key_label(side(*rows_, row_)->profile, rows_->group, at(*rows_, row_).key);
}

Traceback StatisticDifference::traceback() const {
  return Access::traceback(side(*rows_, row_), rows_->group, at(*rows_, row_).key);
}

std::string StatisticDifference::text() const {
  return difference_text(label(), at(*rows_, row_).amount, at(*rows_, row_).change);
}

}  // namespace heaptally::profile
