// Events for programs: JSON and CSV.
#include <ostream>

#include <fmt/format.h>

#include "core/report/csv.h"
#include "core/report/events_report.h"
#include "core/report/key_csv.h"
#include "core/report/key_json.h"
#include "core/report/labels.h"

namespace heaptally {
namespace {

std::string_view name_of(Fate fate) {
  switch (fate) {
    case Fate::kFreed:
      return "freed";
    case Fate::kFreedTemporary:
      return "temporary";
    case Fate::kNeverFreed:
      break;
  }
  return "never freed";
}

// The stack of a trace is written as a traceback, else the site alone is.
Group group_of(const EventsReport& report) {
  return report.traceback ? Group::kTraceback : Group::kLine;
}

Json row_json(const EventsReport& report, const LoggedAllocation& each) {
  const RecordingData& data = report.profile.data();
  const TallyKey& tally = data.tallies[index_of(each.block.tally)];
  const Task& task = data.tasks[index_of(tally.task)];
  const Process& image = data.processes[index_of(task.process)];
  const bool stays = each.fate == Fate::kNeverFreed;
  Json json = {{"number", each.number},
               {"time_ns", each.block.birth.count()},
               {"address", each.block.address},
               {"size", each.block.size},
               {"lifetime_ns", stays ? Json() : Json(each.lifetime.count())},
               {"lived_ns", each.lifetime.count()},
               {"fate", name_of(each.fate)},
               {"process", image.command},
               {"pid", image.pid},
               {"thread", task.name},
               {"tid", task.tid},
               {"trace", index_of(tally.trace)}};
  json.update(key_json(report.profile, group_of(report),
                       {.place = report.profile.sites()[tally.trace], .trace = tally.trace}));
  return json;
}

Json heading_json(const EventsReport& report) {
  const Header& header = report.profile.data().header;
  Json json = {{"command", header.command}, {"order", name_of(report.query.order)}};
  json.update(filters_json(report.query.query));
  json.update(Json{{"raw", report.raw},
                   {"matched", amount_json(report.events.matched())},
                   {"whole", amount_json(report.events.whole())}});
  json.update(losses_json(header));
  return json;
}

}  // namespace

void write_json(const EventsReport& report, std::ostream& out) {
  JsonRows rows(out, heading_json(report), "events");
  report.events.for_each([&](const LoggedAllocation& each) {
    rows.add(row_json(report, each));
    return out.good();
  });
  rows.finish();
}

void write_csv(const EventsReport& report, std::ostream& out) {
  const RecordingData& data = report.profile.data();
  out << "number,time_ns,address,size,lifetime_ns,fate,pid,tid,thread,trace,label,file,line,"
         "function,module,traceback\n";
  report.events.for_each([&](const LoggedAllocation& each) {
    const TallyKey& tally = data.tallies[index_of(each.block.tally)];
    const Task& task = data.tasks[index_of(tally.task)];
    const Key key = {.place = report.profile.sites()[tally.trace], .trace = tally.trace};
    const bool stays = each.fate == Fate::kNeverFreed;
    out << fmt::format("{},{},0x{:x},{},{},{},{},{},{},{},{},{}\n", each.number,
                       each.block.birth.count(), each.block.address, each.block.size,
                       stays ? "" : std::to_string(each.lifetime.count()), name_of(each.fate),
                       data.processes[index_of(task.process)].pid, task.tid, csv_field(task.name),
                       index_of(tally.trace), key_fields(report.profile, group_of(report), key),
                       traceback_field(report.profile, group_of(report), key));
    return out.good();
  });
}

}  // namespace heaptally
