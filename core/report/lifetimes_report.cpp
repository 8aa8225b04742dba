#include "core/report/lifetimes_report.h"

#include <algorithm>
#include <array>
#include <ostream>

#include <fmt/format.h>

#include "core/report/columns.h"
#include "core/report/heading.h"
#include "core/report/key_json.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

constexpr std::size_t kCountBarWidth = 40;

std::string heading(const LifetimesReport& report) {
  const Lifetimes& lifetimes = report.lifetimes;
  const Header& header = report.profile.data().header;
  std::string text = fmt::format("# lifetimes of {} in the whole run; {} {} never freed\n",
                                 counted(lifetimes.freed, "freed block"),
                                 grouped_text(lifetimes.never_freed.count),
                                 lifetimes.never_freed.count == 1 ? "was" : "were");
  if (const std::string filters = filters_text(report.query); !filters.empty()) {
    text +=
        fmt::format("# only{}: {} of {}\n", filters, amount_text(lifetimes.total, Metric::kTotal),
                    amount_text(lifetimes.whole, Metric::kTotal));
  }
  text += incomplete_line(header);
  if (!header.complete)
    text += "# lifetimes are kept when a recording is finished: there are none\n";
  return text;
}

double share_of(const LifetimesReport& report, const LifetimeRow& row) {
  return static_cast<double>(row.count) / static_cast<double>(report.lifetimes.freed);
}

std::string class_text(const LifetimeRow& row) {
  if (row.to == 0) return fmt::format("[{}, ...)", lifetime_text(row.from));
  return fmt::format("[{}, {})", lifetime_text(row.from), lifetime_text(row.to));
}

}  // namespace

std::string lifetime_text(std::uint64_t nanoseconds) {
  struct Unit {
    double size;
    const char* name;
  };
  constexpr std::array<Unit, 7> kUnits = {{{86400e9, "d"},
                                           {3600e9, "h"},
                                           {60e9, "min"},
                                           {1e9, "s"},
                                           {1e6, "ms"},
                                           {1e3, "us"},
                                           {1, "ns"}}};
  const auto exact = static_cast<double>(nanoseconds);
  for (const Unit& unit : kUnits) {
    if (exact < unit.size) continue;
    const double number = exact / unit.size;
    return number < 100 ? fmt::format("{:.3g} {}", number, unit.name)
                        : fmt::format("{:.0f} {}", number, unit.name);
  }
  return "0 ns";
}

void write_text(const LifetimesReport& report, std::ostream& out) {
  const Lifetimes& lifetimes = report.lifetimes;
  out << heading(report);
  if (lifetimes.rows.empty()) {
    out << "nothing to show\n";
    return;
  }
  std::uint64_t most = 0, within = 0;
  for (const LifetimeRow& row : lifetimes.rows) most = std::max(most, row.count);
  Columns columns({{.name = "lifetime", .left = true},
                   {.name = "blocks"},
                   {.name = "share"},
                   {.name = "within"},
                   {.name = "", .left = true, .colour = Colour::kCyan}});
  for (const LifetimeRow& row : lifetimes.rows) {
    within += row.count;
    columns.add({class_text(row), grouped_text(row.count), percent_text(row.count, lifetimes.freed),
                 percent_text(within, lifetimes.freed), bar_text(row.count, most, kCountBarWidth)});
  }
  columns.write(report.style, out);
}

void write_json(const LifetimesReport& report, std::ostream& out) {
  const Lifetimes& lifetimes = report.lifetimes;
  const Header& header = report.profile.data().header;
  Json heading = {{"command", header.command}, {"whole_run", true}};
  heading.update(filters_json(report.query));
  heading.update(Json{{"total", amount_json(lifetimes.total)},
                      {"never_freed", amount_json(lifetimes.never_freed)},
                      {"freed", lifetimes.freed}});
  heading.update(losses_json(header));
  JsonRows rows(out, heading, "lifetimes");
  for (const LifetimeRow& row : lifetimes.rows) {
    if (!out) return;
    rows.add({{"from_ns", row.from},
              {"to_ns", row.to == 0 ? Json() : Json(row.to)},
              {"count", row.count},
              {"share", share_of(report, row)}});
  }
  rows.finish();
}

void write_csv(const LifetimesReport& report, std::ostream& out) {
  out << "from_ns,to_ns,count,share\n";
  for (const LifetimeRow& row : report.lifetimes.rows) {
    if (!out) return;
    out << fmt::format("{},{},{},{}\n", row.from, row.to == 0 ? "" : std::to_string(row.to),
                       row.count, share_of(report, row));
  }
}

}  // namespace heaptally
