#include "core/report/sizes_report.h"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/columns.h"
#include "core/report/csv.h"
#include "core/report/heading.h"
#include "core/report/key_json.h"
#include "core/report/labels.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

constexpr std::size_t kSizeBarWidth = 12;

std::string label(const SizesReport& report, const SizeRow& row) {
  return key_label(report.profile, Group::kSize, Key{.size_class = row.size_class});
}

std::string heading(const SizesReport& report) {
  const Sizes& sizes = report.sizes;
  std::string text =
      fmt::format("# sizes of {} in the whole run\n# and of {} live at {}\n",
                  amount_text(sizes.total, Metric::kTotal), amount_text(sizes.live, Metric::kLive),
                  moment_phrase(report.profile.data(), report.live));
  if (const std::string filters = filters_text(report.query); !filters.empty()) {
    text +=
        fmt::format("# only{}: of {}\n", filters, amount_text(sizes.whole_total, Metric::kTotal));
  }
  return text + incomplete_line(report.profile.data().header);
}

}  // namespace

void write_text(const SizesReport& report, std::ostream& out) {
  const Sizes& sizes = report.sizes;
  out << heading(report);
  if (sizes.rows.empty()) {
    out << "nothing to show\n";
    return;
  }
  std::uint64_t most = 0, most_live = 0;
  for (const SizeRow& row : sizes.rows) {
    most = std::max(most, row.total.count);
    most_live = std::max(most_live, row.live.bytes);
  }
  Columns columns({{.name = "size", .left = true},
                   {.name = "allocations"},
                   {.name = "share"},
                   {.name = "bytes"},
                   {.name = "", .left = true, .colour = Colour::kCyan},
                   {.name = "live blocks"},
                   {.name = "live bytes"},
                   {.name = "share"},
                   {.name = "", .left = true, .colour = Colour::kGreen}});
  for (const SizeRow& row : sizes.rows) {
    columns.add({label(report, row), grouped_text(row.total.count),
                 percent_text(row.total.count, sizes.total.count), size_text(row.total.bytes),
                 bar_text(row.total.count, most, kSizeBarWidth), grouped_text(row.live.count),
                 size_text(row.live.bytes), percent_text(row.live.bytes, sizes.live.bytes),
                 bar_text(row.live.bytes, most_live, kSizeBarWidth)});
  }
  columns.write(report.style, out);
}

void write_json(const SizesReport& report, std::ostream& out) {
  const Header& header = report.profile.data().header;
  Json heading = {{"command", header.command},
                  {"moment", name_of(report.live.asked.kind)},
                  {"moment_ns", report.live.time.count()},
                  {"exact", report.live.exact}};
  heading.update(filters_json(report.query));
  heading.update(
      Json{{"total", amount_json(report.sizes.total)}, {"live", amount_json(report.sizes.live)}});
  heading.update(losses_json(header));
  JsonRows rows(out, heading, "sizes");
  for (const SizeRow& row : report.sizes.rows) {
    if (!out) return;
    Json json = key_json(report.profile, Group::kSize, Key{.size_class = row.size_class});
    json["total_bytes"] = row.total.bytes;
    json["total_count"] = row.total.count;
    json["live_bytes"] = row.live.bytes;
    json["live_count"] = row.live.count;
    rows.add(json);
  }
  rows.finish();
}

void write_csv(const SizesReport& report, std::ostream& out) {
  out << "label,size_from,size_to,total_bytes,total_count,live_bytes,live_count\n";
  for (const SizeRow& row : report.sizes.rows) {
    if (!out) return;
    const Json key = key_json(report.profile, Group::kSize, Key{.size_class = row.size_class});
    out << fmt::format("{},{},{},{},{},{},{}\n", csv_field(label(report, row)),
                       key["size_from"].get<std::uint64_t>(), key["size_to"].get<std::uint64_t>(),
                       row.total.bytes, row.total.count, row.live.bytes, row.live.count);
  }
}

}  // namespace heaptally
