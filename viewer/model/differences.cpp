#include "viewer/model/differences.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/heading.h"
#include "core/report/labels.h"
#include "core/report/wording.h"
#include "viewer/model/command_line.h"
#include "viewer/model/key_names.h"
#include "viewer/model/moments.h"

namespace heaptally::view {
namespace {

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? -static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

Moment moment_of_side(const DifferenceSide& side) {
  return side.is_peak ? Moment{} : moment_of(side.recording->data(), side.time);
}

Snapshot snapshot_of_side(const DifferenceSide& side, const DifferenceQuestion& question) {
  const Recording& recording = *side.recording;
  const EventSource events = question.filters.domains.empty() ? recording.events() : EventSource();
  return take_snapshot(recording.data(), recording.timeline(), question.metric,
                       moment_of_side(side), events);
}

std::string signed_count(std::int64_t count) {
  return (count < 0 ? "-" : "+") + grouped_text(magnitude(count));
}

std::string moment_word_of(const DifferenceSide& side) {
  return side.is_peak ? "peak" : moment_option(side.recording->data(), side.time);
}

bool holds_text(std::string_view text, std::string_view needle) {
  const auto is_same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(text.begin(), text.end(), needle.begin(), needle.end(), is_same) != text.end();
}

// What a column is sorted by, of each row.
std::vector<std::uint64_t> values_of(const Differences& differences, DifferenceColumn column) {
  const auto& rows = differences.all.rows;
  std::vector<std::uint64_t> values(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    switch (column) {
      case DifferenceColumn::kPlace:
        break;
      case DifferenceColumn::kBefore:
        values[i] = differences.before_of(i).bytes;
        break;
      case DifferenceColumn::kAfter:
        values[i] = rows[i].amount.bytes;
        break;
      case DifferenceColumn::kChange:
        values[i] = magnitude(rows[i].change.bytes);
        break;
      case DifferenceColumn::kCountBefore:
        values[i] = differences.before_of(i).count;
        break;
      case DifferenceColumn::kCountAfter:
        values[i] = rows[i].amount.count;
        break;
      case DifferenceColumn::kCountChange:
        values[i] = magnitude(rows[i].change.count);
        break;
    }
  }
  return values;
}

template <class Value>
void sort_rows(std::vector<std::uint32_t>& order, const std::vector<Value>& values,
               bool descending) {
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return descending ? values[b] < values[a] : values[a] < values[b];
  });
}

}  // namespace

const Profile& Differences::profile(bool of_before) const {
  const DifferenceSide& side = of_before ? question.before : question.after;
  return side.recording->profile(question.filters.raw);
}

std::string Differences::label(std::size_t row) const {
  const StatisticDifference& difference = all.rows[row];
  const Profile& from = profile(difference.vanished);
  if (question.group == Group::kLine) return short_place(from.places(), difference.key.place);
  return short_text(key_label(from, question.group, difference.key));
}

Amount Differences::before_of(std::size_t row) const {
  const StatisticDifference& difference = all.rows[row];
  return {difference.amount.bytes - static_cast<std::uint64_t>(difference.change.bytes),
          difference.amount.count - static_cast<std::uint64_t>(difference.change.count)};
}

Selection difference_filters(const Selection& selection) {
  Selection filters = selection;
  filters.range.reset();
  filters.metric = ViewMetric::kLive;
  filters.live_at = LiveAt::kPeak;
  filters.merged.clear();
  filters.collapse_recursion = false;
  return filters;
}

Differences find_differences(const DifferenceQuestion& question) {
  Differences found{.question = question,
                    .before = snapshot_of_side(question.before, question),
                    .after = snapshot_of_side(question.after, question),
                    .all = {}};
  Query query = query_of(question.filters);
  query.group = question.group;
  const Side before{found.profile(true), found.before};
  const Side after{found.profile(false), found.after};
  found.all = compare(before, after, query);
  // They are last, so what comes before them keeps its order.
  std::erase_if(found.all.rows,
                [](const StatisticDifference& row) { return row.change == Change{}; });
  for (const StatisticDifference& row : found.all.rows) {
    found.greatest_bytes = std::max(found.greatest_bytes, magnitude(row.change.bytes));
    found.greatest_count = std::max(found.greatest_count, magnitude(row.change.count));
  }
  return found;
}

std::string summary_of(const Differences& differences) {
  const StatisticDifferences& all = differences.all;
  const Change change = change_from(all.before, all.after);
  const Metric metric = differences.question.metric;
  return fmt::format("{} of {} {} changed: {}, then {} ({}, {})", grouped_text(all.changed),
                     grouped_text(all.groups), rows_name_plural(differences.question.group),
                     amount_text(all.before, metric), amount_text(all.after, metric),
                     signed_size_text(change.bytes), signed_count(change.count));
}

std::string doubt_of(const Differences& differences) {
  std::string doubt;
  const auto add = [&](const std::string& text) { doubt += (doubt.empty() ? "" : "; ") + text; };
  for (const auto& [name, snapshot] :
       {std::pair("A", &differences.before), std::pair("B", &differences.after)}) {
    const Moment& asked = snapshot->asked;
    const bool has_time = asked.kind == Moment::Kind::kTime || asked.kind == Moment::Kind::kMark;
    if (has_time && snapshot->time != asked.time) {
      add(fmt::format("{} is as of {}, the last moment before it that is known", name,
                      duration_text(snapshot->time)));
    } else if (!snapshot->exact) {
      add(fmt::format("{} is the nearest that is known", name));
    }
  }
  for (const auto& [name, side] : {std::pair("A", &differences.question.before),
                                   std::pair("B", &differences.question.after)}) {
    const std::string missing = incomplete_phrase(side->recording->data());
    if (!missing.empty()) add(fmt::format("{} is {}", name, missing));
    if (differences.question.before.recording == differences.question.after.recording) break;
  }
  return doubt;
}

std::string_view title_of(DifferenceColumn column) {
  constexpr std::array<std::string_view, kDifferenceColumns> kTitles = {
      "Place", "A", "B", "Change", "Blocks A", "Blocks B", "Blocks"};
  return kTitles.at(static_cast<std::size_t>(column));
}

std::string cell_text(const Differences& differences, std::size_t row, DifferenceColumn column) {
  const StatisticDifference& difference = differences.all.rows[row];
  switch (column) {
    case DifferenceColumn::kPlace:
      return differences.label(row);
    case DifferenceColumn::kBefore:
      return size_text(differences.before_of(row).bytes);
    case DifferenceColumn::kAfter:
      return size_text(difference.amount.bytes);
    case DifferenceColumn::kChange:
      return signed_size_text(difference.change.bytes);
    case DifferenceColumn::kCountBefore:
      return grouped_text(differences.before_of(row).count);
    case DifferenceColumn::kCountAfter:
      return grouped_text(difference.amount.count);
    case DifferenceColumn::kCountChange:
      return signed_count(difference.change.count);
  }
  return {};
}

std::vector<std::uint32_t> ordered_rows(const Differences& differences,
                                        const DifferenceOrder& order) {
  std::vector<std::uint32_t> rows(differences.all.rows.size());
  std::iota(rows.begin(), rows.end(), 0U);
  const bool by_label = order.column == DifferenceColumn::kPlace;
  std::vector<std::string> labels;
  if (by_label || !order.search.empty()) {
    labels.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) labels[i] = differences.label(i);
  }
  if (!order.search.empty()) {
    std::erase_if(rows, [&](std::uint32_t row) { return !holds_text(labels[row], order.search); });
  }
  if (by_label) {
    sort_rows(rows, labels, order.descending);
  } else {
    sort_rows(rows, values_of(differences, order.column), order.descending);
  }
  return rows;
}

std::string diff_command(const DifferenceQuestion& question) {
  const bool is_one = question.before.recording == question.after.recording;
  std::vector<std::string> words = {"diff", question.before.recording->file().string()};
  if (!is_one) words.push_back(question.after.recording->file().string());
  const auto add = [&](const char* option, std::string value) {
    words.emplace_back(option);
    words.push_back(std::move(value));
  };
  if (question.metric != Metric::kLive) add("--metric", std::string(name_of(question.metric)));
  const std::string from = moment_word_of(question.before);
  const std::string to = moment_word_of(question.after);
  if (!is_one && from == to) {
    add("--at", from);
  } else {
    add("--from", from);
    add("--to", to);
  }
  if (question.group != Group::kLine) add("--group", std::string(name_of(question.group)));
  if (question.filters.unit == SortBy::kCount) add("--sort", "count");
  for (std::string& option : filter_options(question.filters)) words.push_back(std::move(option));
  return shell_words(words);
}

}  // namespace heaptally::view
