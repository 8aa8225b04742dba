#include "tests/fuzz/read_all.h"

#include <optional>
#include <ostream>
#include <streambuf>
#include <vector>

#include "core/base/error.h"
#include "core/profile/event_sums.h"
#include "core/profile/events.h"
#include "core/profile/heap_timeline.h"
#include "core/profile/lifetimes.h"
#include "core/profile/process_amounts.h"
#include "core/profile/sizes.h"
#include "core/profile/statistics.h"
#include "core/profile/summary.h"
#include "core/profile/temporaries.h"
#include "core/profile/threads.h"
#include "core/recording/reader.h"
#include "core/report/check_report.h"
#include "core/report/difference_report.h"
#include "core/report/events_report.h"
#include "core/report/export.h"
#include "core/report/flame_report.h"
#include "core/report/leaks_report.h"
#include "core/report/lifetimes_report.h"
#include "core/report/page.h"
#include "core/report/processes_report.h"
#include "core/report/sizes_report.h"
#include "core/report/statistics_report.h"
#include "core/report/summary_report.h"
#include "core/report/temporaries_report.h"
#include "core/report/threads_report.h"
#include "core/report/timeline_report.h"

namespace heaptally {
namespace {

// Takes all and keeps nothing.
class Nowhere : public std::streambuf {
  int_type overflow(int_type character) override { return traits_type::not_eof(character); }
  std::streamsize xsputn(const char* /*text*/, std::streamsize size) override { return size; }
};

constexpr Group kGroups[] = {Group::kLine,      Group::kFile,   Group::kFunction, Group::kModule,
                             Group::kTraceback, Group::kThread, Group::kProcess,  Group::kSize};

void write_one(const Profile& profile, const Snapshot& snapshot, const Query& query,
               std::size_t format, std::ostream& out) {
  const Statistics rows = statistics(profile, snapshot, query);
  const StatisticsReport report{
      .profile = profile, .snapshot = snapshot, .query = query, .statistics = rows, .raw = false};
  if (format % 3 == 0) write_text(report, out);
  if (format % 3 == 1) write_json(report, out);
  if (format % 3 == 2) write_csv(report, out);
}

// Of any recording, whether or not it says that it has one.
EventSource log_of(RecordingReader& reader) {
  return {[&](Nanoseconds from, const ChunkVisitor& visit) { reader.for_each_chunk(from, visit); },
          [&](std::span<const std::uint64_t> blocks, const BlockVisitor& visit) {
            reader.for_each_block(blocks, visit);
          }};
}

// Every kind of moment with every metric would take most of the time and find little more.
std::vector<Snapshot> snapshots_of(RecordingReader& reader) {
  const RecordingData& data = reader.data();
  const BucketSource timeline = timeline_of(reader);
  std::vector<Snapshot> snapshots;
  const auto add = [&](Metric metric, Moment moment) {
    snapshots.push_back(take_snapshot(data, timeline, metric, moment, log_of(reader)));
  };
  const Nanoseconds third = run_time(data) / 3;
  add(Metric::kLive, {Moment::Kind::kPeak});
  add(Metric::kTotal, {Moment::Kind::kEnd});
  add(Metric::kTemporary, {Moment::Kind::kTime, third});
  add(Metric::kLive, {Moment::Kind::kTime, third});
  add(Metric::kLive, parse_moment("66.6%"));
  snapshots.push_back(take_snapshot_between(data, timeline, Metric::kTotal, parse_moment("20%"),
                                            parse_moment("80%")));
  snapshots.push_back(kept_between(data, log_of(reader), parse_moment("20%"), parse_moment("80%")));
  if (!data.marks.empty()) {
    Moment last{Moment::Kind::kMark};
    last.mark = data.marks.back().name;
    add(Metric::kLive, last);
  }
  try {
    const std::int32_t pid = data.processes.empty() ? 1 : data.processes.front().pid;
    add(Metric::kLive, {Moment::Kind::kPeak, Nanoseconds(0), pid});
    add(Metric::kTotal, {Moment::Kind::kPeak, Nanoseconds(0), pid});
  } catch (const Error&) {  // a PID that is none
  }
  return snapshots;
}

void write_difference(const Profile& profile, const Snapshot& before, const Snapshot& after,
                      std::size_t turn, std::ostream& out) {
  Query query;
  query.group = kGroups[turn % std::size(kGroups)];
  query.limit = 100;
  const Side older{profile, before}, newer{profile, after};
  const StatisticDifferences rows = compare(older, newer, query);
  const DifferenceReport report{
      .before = older, .after = newer, .query = query, .differences = rows, .raw = false};
  if (turn % 3 == 0) write_text(report, out);
  if (turn % 3 == 1) write_json(report, out);
  if (turn % 3 == 2) write_csv(report, out);
}

void write_leaks(const Profile& profile, const Leaks& leaks, std::ostream& out) {
  const Query query;
  const Statistics rows = statistics(profile, leaks.snapshot, query);
  const StatisticsReport report{.profile = profile,
                                .snapshot = leaks.snapshot,
                                .query = query,
                                .statistics = rows,
                                .raw = false};
  write_text(LeaksReport{.rows = report, .suppressed = leaks.suppressed}, out);
  write_json(LeaksReport{.rows = report, .suppressed = leaks.suppressed}, out);
}

void write_leaks(RecordingReader& reader, const Profile& profile, std::ostream& out) {
  const BucketSource timeline = timeline_of(reader);
  const CrossingSource crossings = [&](const CrossingVisitor& visit) {
    reader.for_each_crossing(visit);
  };
  LeakRange range;
  if (reader.data().survivors) range.from = parse_moment("30%", "--from");
  write_leaks(profile, find_leaks(reader.data(), timeline, crossings, range, {"^f*", "lib"}), out);
  const std::vector<Mark>& marks = reader.data().marks;
  if (marks.empty()) return;
  try {
    range = {.from = Moment{Moment::Kind::kMark}, .to = Moment{Moment::Kind::kMark}};
    range.from->mark = marks[marks.size() / 2].name;
    range.to->mark = marks.back().name;
    write_leaks(profile, find_leaks(reader.data(), timeline, crossings, range, {}), out);
  } catch (const Error&) {  // a name that was used before, a version that does not tell
  }
}

template <class Report>
void write_all(const Report& report, std::ostream& out) {
  write_text(report, out);
  write_json(report, out);
  write_csv(report, out);
}

// What timeline, sizes, lifetimes, threads, processes and temporary ask.
void ask_views(RecordingReader& reader, const Profile& profile, std::ostream& out) {
  const RecordingData& data = reader.data();
  const BucketSource buckets = timeline_of(reader);
  const Query query;
  for (const PlotDots dots : {PlotDots::kBraille, PlotDots::kBlocks}) {
    const HeapTimeline timeline =
        heap_timeline(profile, buckets, query, Nanoseconds(0), run_time(data));
    write_all(TimelineReport{.profile = profile,
                             .query = query,
                             .timeline = timeline,
                             .dots = dots,
                             .with_rss = true,
                             .with_cpu = true},
              out);
  }
  const auto at_end = [&](Metric metric) {
    return take_snapshot(data, buckets, metric, {.kind = Moment::Kind::kEnd});
  };
  const Snapshot live = at_end(Metric::kLive), total = at_end(Metric::kTotal);
  const Snapshot temporary = at_end(Metric::kTemporary);
  const Sizes by_size = sizes(profile, total, live, query);
  write_all(SizesReport{.profile = profile, .live = live, .query = query, .sizes = by_size}, out);
  const Lifetimes lived = lifetimes(profile, query);
  write_all(LifetimesReport{.profile = profile, .query = query, .lifetimes = lived}, out);
  const Threads by_thread = threads(profile, query, ThreadOrder::kName);
  write_all(
      ThreadsReport{
          .profile = profile, .query = query, .order = ThreadOrder::kName, .threads = by_thread},
      out);
  const Processes processes(data);
  const ChosenProcesses chosen = choose_processes(profile, processes, query);
  write_all(
      ProcessesReport{.profile = profile, .processes = processes, .query = query, .chosen = chosen},
      out);
  const Temporaries churn = temporaries(profile, temporary, total, query);
  write_all(
      TemporariesReport{
          .profile = profile, .snapshot = temporary, .query = query, .temporaries = churn},
      out);
}

// The event log.
void ask_events(RecordingReader& reader, const Profile& profile, std::ostream& out) {
  for (const EventOrder order : {EventOrder::kTime, EventOrder::kSize, EventOrder::kLifetime}) {
    EventQuery query{.order = order};
    query.query.limit = 100;
    if (order == EventOrder::kSize) query.live_at = parse_moment("peak");
    if (order == EventOrder::kLifetime) query.live_at = parse_moment("40%");
    const Events events(profile, log_of(reader), query);
    write_all(EventsReport{.profile = profile,
                           .query = query,
                           .events = events,
                           .traceback = order == EventOrder::kTime},
              out);
  }
}

// What flame, report, export and check ask.
void ask_for_others(RecordingReader& reader, const Profile& profile, std::ostream& out) {
  const RecordingData& data = reader.data();
  const BucketSource buckets = [&](const BucketVisitor& visit) { reader.for_each_bucket(visit); };
  Query query;
  query.group = Group::kFunction;
  const Snapshot live = take_snapshot(data, buckets, Metric::kLive, {});
  for (const bool inverted : {false, true}) {
    const Side side = {profile, live};
    TreeShape shape;
    shape.bottom_up = inverted;
    shape.collapse_recursion = true;
    shape.merged = {"f*"};
    for (const FlameReport& report :
         {make_flame(side, query, shape), make_flame(side, side, query, shape)}) {
      write_svg(report, out);
      write_folded(report, out);
    }
  }
  out << make_page({.recordings = {{profile, buckets}}, .query = query, .with_sources = false});
  const ExportRequest request = {profile, buckets, query, live};
  write_pprof(request, out);
  write_speedscope(request, out);
  write_massif(request, out);
  write_traces_json(request, out);
  write_traces_csv(request, out);
  const CheckQuestion question = {
      .limits = {{.measure = Measure::kPeak}, {.measure = Measure::kLeaked}},
      .places = {"*"},
      .live_at = {},
      .suppressions = {},
      .worst = 3,
      .may_be_nothing = true};
  const auto limits = check_limits({profile, buckets, {}, {}}, query, question);
  write_text(CheckReport{profile, query, question, limits}, out);
  write_junit({profile, query, question, limits}, out);
}

void ask_all(RecordingReader& reader, std::ostream& out) {
  const Profile profile(reader.data(), {});
  ask_for_others(reader, profile, out);
  write_text(profile, summarize(profile, 5), 20, out);
  write_leaks(reader, profile, out);
  ask_views(reader, profile, out);
  ask_events(reader, profile, out);
  const std::vector<Snapshot> snapshots = snapshots_of(reader);
  for (std::size_t i = 1; i < snapshots.size(); ++i) {
    write_difference(profile, snapshots[i - 1], snapshots[i], i, out);
  }
  std::size_t turn = 0;
  for (const Group group : kGroups) {
    for (const bool cumulative : {false, true}) {
      if (cumulative && !is_by_place(group)) continue;
      Query query;
      query.group = group;
      query.cumulative = cumulative;
      query.limit = 100;
      ++turn;
      write_one(profile, snapshots[turn % snapshots.size()], query, turn, out);
    }
  }
  for (const Snapshot& snapshot : snapshots) {
    Query query;
    query.limit = 5;
    write_one(profile, snapshot, query, ++turn, out);
  }
}

}  // namespace

void read_all(const std::filesystem::path& path) {
  Nowhere nowhere;
  std::ostream out(&nowhere);
  try {
    RecordingReader reader(path);
    ask_all(reader, out);
  } catch (const Error&) {
  }
}

}  // namespace heaptally
