#include <ostream>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/events_report.h"
#include "core/report/heading.h"
#include "core/report/labels.h"
#include "core/report/traceback_text.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

// Fixed, since rows are not held until all are known; what is wider moves the rest of its line.
constexpr const char* kLine = "{:>14}  {:>14}  {:>9}  {:>11}  {:>7}  {:<22}  {}\n";

std::string order_phrase(EventOrder order) {
  switch (order) {
    case EventOrder::kSize:
      return "the largest first";
    case EventOrder::kLifetime:
      return "the longest-lived first";
    case EventOrder::kTime:
      break;
  }
  return "in order of time";
}

std::string moments_text(const EventQuery& query) {
  std::string text;
  for (const auto* moment : {&query.from, &query.to, &query.live_at}) {
    if (*moment) text += " " + printable((*moment)->text);
  }
  return text;
}

// The options that choose single allocations.
std::string options_text(const EventQuery& query) {
  std::string text = filters_text(query.query) + moments_text(query);
  const EventQuery usual;
  if (query.min_size != usual.min_size) text += fmt::format(" --min-size {}", query.min_size);
  if (query.max_size != usual.max_size) text += fmt::format(" --max-size {}", query.max_size);
  if (query.min_lifetime != usual.min_lifetime) {
    text += fmt::format(" --min-lifetime {}ns", query.min_lifetime.count());
  }
  if (query.max_lifetime) text += fmt::format(" --max-lifetime {}ns", query.max_lifetime->count());
  if (query.leaked) text += " --leaked";
  if (query.address) text += fmt::format(" --address 0x{:x}", *query.address);
  if (query.trace) text += fmt::format(" --trace {}", index_of(*query.trace));
  return text;
}

void write_heading(const EventsReport& report, std::ostream& out) {
  const Amount matched = report.events.matched(), whole = report.events.whole();
  const std::size_t limit = report.query.query.limit;
  const std::string shown = limit != 0 && limit < matched.count
                                ? fmt::format("{} of ", grouped_text(limit))
                                : std::string();
  out << fmt::format("# {}{}, {}{}\n", shown, counted(matched.count, "allocation"),
                     order_phrase(report.query.order), report.raw ? ", raw" : "");
  if (const std::string options = options_text(report.query); !options.empty()) {
    out << fmt::format("# only{}: {} of {}\n", options, amount_text(matched, Metric::kTotal),
                       amount_text(whole, Metric::kTotal));
  }
  out << incomplete_line(report.profile.data().header);
  if (matched.count == 0) return;
  out << report.style.bold(
      fmt::format(kLine, "time (s)", "address", "size", "lifetime", "pid", "thread", "site"));
}

std::string lifetime_of(const LoggedAllocation& allocation) {
  if (allocation.fate == Fate::kNeverFreed) return "never freed";
  // Many live for less than the microseconds that duration_text counts in.
  if (allocation.lifetime < std::chrono::microseconds(10)) {
    return fmt::format("{} ns", allocation.lifetime.count());
  }
  return duration_text(allocation.lifetime);
}

}  // namespace

void write_text(const EventsReport& report, std::ostream& out) {
  const RecordingData& data = report.profile.data();
  SourceLines source;
  write_heading(report, out);
  report.events.for_each([&](const LoggedAllocation& each) {
    const TallyKey& tally = data.tallies[index_of(each.block.tally)];
    const Task& task = data.tasks[index_of(tally.task)];
    const std::int64_t time = each.block.birth.count();
    out << fmt::format(kLine, fmt::format("{}.{:09}", time / 1'000'000'000, time % 1'000'000'000),
                       fmt::format("0x{:x}", each.block.address), size_text(each.block.size),
                       lifetime_of(each), data.processes[index_of(task.process)].pid,
                       key_label(report.profile, Group::kThread, {.task = tally.task}),
                       place_label(report.profile.places(), report.profile.sites()[tally.trace]));
    if (report.traceback) write_traceback(report.profile, tally.trace, source, out);
    return out.good();
  });
}

}  // namespace heaptally
