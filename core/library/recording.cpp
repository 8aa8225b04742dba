#include "core/library/state.h"
#include "core/profile/losses.h"

namespace heaptally::profile {
namespace {

heaptally::SiteRules site_rules(const SiteRules& rules) {
  heaptally::SiteRules result{.raw = rules.raw, .machinery = {}};
  for (const std::string& text : rules.machinery) result.machinery.emplace_back(text);
  return result;
}

heaptally::Metric metric_of(Metric metric) {
  switch (metric) {
    case Metric::kLive:
      return heaptally::Metric::kLive;
    case Metric::kTotal:
      return heaptally::Metric::kTotal;
    case Metric::kTemporary:
      return heaptally::Metric::kTemporary;
  }
  throw Error("metric: is none; choose kLive, kTotal or kTemporary", true);
}

Snapshot snapshot_at(const std::shared_ptr<State>& state, const Moment& moment, Metric metric) {
  return Access::snapshot(state, take_snapshot(state->profile.data(), state->buckets,
                                               metric_of(metric), moment, state->events));
}

}  // namespace

Recording::Recording(const std::filesystem::path& path, const SiteRules& rules)
    : state_(answered([&] { return std::make_shared<State>(path, site_rules(rules)); })) {}

std::vector<std::string> Recording::command() const {
  return state_->profile.data().header.command;
}

std::chrono::nanoseconds Recording::duration() const { return run_time(state_->profile.data()); }

bool Recording::is_complete() const { return !is_incomplete(state_->profile.data().header); }

std::vector<Mark> Recording::marks() const {
  std::vector<Mark> marks;
  for (const heaptally::Mark& mark : state_->profile.data().marks) {
    marks.push_back({mark.name, mark.time});
  }
  return marks;
}

std::vector<std::string> Recording::domains() const {
  std::vector<std::string> names;
  for (const Domain& domain : state_->profile.data().domains) names.push_back(domain.name);
  return names;
}

Snapshot Recording::snapshot(std::string_view moment, Metric metric) const {
  return answered([&] { return snapshot_at(state_, parse_moment(moment, "moment"), metric); });
}

Snapshot Recording::snapshot(std::chrono::nanoseconds since_start, Metric metric) const {
  return snapshot(std::to_string(since_start.count()) + "ns", metric);
}

Snapshot Recording::snapshot_between(std::string_view from, std::string_view to,
                                     Metric metric) const {
  return answered([&] {
    if (metric == Metric::kLive) {
      throw Error("live amounts: can shrink between two moments; compare_to() tells by how much",
                  true);
    }
    return Access::snapshot(
        state_,
        take_snapshot_between(state_->profile.data(), state_->buckets, metric_of(metric),
                              parse_moment(from, "from"), parse_moment(to, "to"), state_->events));
  });
}

}  // namespace heaptally::profile
