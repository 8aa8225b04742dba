#include "viewer/model/overview.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/profile/losses.h"
#include "core/report/heading.h"
#include "core/report/summary_report.h"
#include "core/report/wording.h"

namespace heaptally::view {
namespace {

constexpr std::size_t kTopLines = 12;
constexpr std::size_t kLongestCommandLine = 400;

std::string started_text(const Header& header) {
  if (header.start_unix_ns == 0) return {};
  const std::time_t seconds = header.start_unix_ns / 1'000'000'000;
  std::tm local{};
  if (localtime_r(&seconds, &local) == nullptr) return {};
  std::array<char, 64> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local);
  return std::string(text.data(), size);
}

std::vector<std::string> facts_of(const RecordingData& data, const Summary& summary) {
  const Header& header = data.header;
  const Processes processes(data);
  std::vector<std::string> facts;
  if (std::string started = started_text(header); !started.empty()) {
    facts.push_back("started " + started);
  }
  facts.push_back("ran " + duration_text(summary.duration));
  facts.push_back(end_phrase(header));
  const bool are_threads_known = header.imported_from.empty();
  const std::string threads = threads_phrase(header, processes, summary);
  if (!are_threads_known) {
    facts.push_back("imported from " + short_text(header.imported_from));
  } else if (threads.find(' ') == std::string::npos) {
    facts.push_back(counted(summary.threads, "thread"));
  } else {
    facts.push_back(threads.substr(0, threads.find(' ')) + " threads" +
                    threads.substr(threads.find(' ')));
  }
  if (processes.size() > 1 && header.unrecorded_processes != 0) {
    facts.push_back(counted(header.unrecorded_processes, "process", "processes") + " not recorded");
  }
  return facts;
}

// Of a module the name alone, which tells enough in little room.
std::string top_label(const Places& places, PlaceId place) {
  std::string label = short_place(places, place);
  if (places[place].source) return label;
  const std::size_t slash = short_text(places.where(place)).rfind('/');
  return slash == std::string::npos ? label : label.substr(slash + 1);
}

TopLines top_of(const Profile& profile, const Statistics& lines, std::string title,
                ViewMetric metric, LiveAt live_at) {
  TopLines top{.title = std::move(title), .metric = metric, .live_at = live_at, .rows = {}};
  const std::uint64_t first = lines.rows.empty() ? 0 : lines.rows.front().amount.bytes;
  for (const Statistic& row : lines.rows) {
    const auto bytes = static_cast<double>(row.amount.bytes);
    top.rows.push_back({.key = row.key,
                        .names = names_of(profile, Group::kLine, row.key),
                        .label = top_label(profile.places(), row.key.place),
                        .amount = size_text(row.amount.bytes),
                        .share = percent_text(row.amount.bytes, lines.kept.bytes),
                        .bar = first == 0 ? 0 : bytes / static_cast<double>(first)});
  }
  return top;
}

void add_losses(const Header& header, std::vector<OverviewWarning>& warnings) {
  if (!header.complete) {
    warnings.push_back({.text = "The recording was not finished: the numbers go as far as it does.",
                        .detail = {},
                        .is_grave = true});
  }
  for (const Loss& loss : losses(header)) {
    if (loss.count == 0) continue;
    warnings.push_back({.text = counted(loss.count, loss.singular, loss.plural) +
                                (loss.incomplete ? ": the numbers may be too low" : ""),
                        .detail = loss.detail,
                        .is_grave = loss.incomplete});
  }
  if (header.waited.count() != 0) {
    warnings.push_back({.text = "The program's threads waited " + duration_text(header.waited) +
                                " in all for heaptally",
                        .detail = {},
                        .is_grave = false});
  }
}

}  // namespace

OverviewWarning without_debug_information(const Profile& profile, const Statistics& by_line) {
  constexpr std::size_t kNamed = 3;
  const Places& places = profile.places();
  std::map<std::string_view, std::uint64_t> by_module;
  std::uint64_t bytes = 0;
  for (const Statistic& row : by_line.rows) {
    if (places[row.key.place].source || row.key.place == kUnknownPlace) continue;
    by_module[places.module(row.key.place)] += row.amount.bytes;
    bytes += row.amount.bytes;
  }
  if (bytes == 0) return {};
  std::vector<std::pair<std::uint64_t, std::string_view>> modules;
  modules.reserve(by_module.size());
  for (const auto& [module, amount] : by_module) modules.emplace_back(amount, module);
  std::sort(modules.rbegin(), modules.rend());
  OverviewWarning warning;
  std::string names;
  for (std::size_t i = 0; i < modules.size(); ++i) {
    const std::string path =
        modules[i].second.empty() ? "code in no file" : short_text(modules[i].second);
    const std::string name = std::filesystem::path(path).filename().string();
    if (i < kNamed) names += (i == 0 ? "" : ", ") + name;
    warning.detail += fmt::format("{:>10}  {}\n", size_text(modules[i].first), path);
  }
  if (modules.size() > kNamed) names += fmt::format(" and {} more", modules.size() - kNamed);
  warning.text = fmt::format(
      "No debug information: {} of what was allocated is known by module "
      "and symbol only: {}",
      percent_text(bytes, by_line.kept.bytes), names);
  warning.detail += "Compile with -g, or let `heaptally resolve` add lines from debug files.";
  // Some libraries never have it.
  warning.is_grave = bytes * 10 > by_line.kept.bytes;
  return warning;
}

OverviewFacts overview_of(const Recording& recording) {
  const Profile& profile = recording.profile();
  const RecordingData& data = recording.data();
  OverviewFacts facts;
  facts.summary = summarize(profile, kTopLines);
  const Summary& summary = facts.summary;
  facts.command = command_text(command_line_text(data.header), kLongestCommandLine);
  facts.facts = facts_of(data, summary);
  facts.peak_time = duration_text(data.header.peak_time);
  facts.rss = rss_phrase(data.header, summary);
  add_losses(data.header, facts.warnings);
  if (heap_explains_little(summary)) {
    facts.warnings.push_back(
        {.text = "The heap explains little of the memory's growth",
         .detail = "The program may map memory itself (domain mmap), or have an allocator that "
                   "heaptally does not see. What processes share, as after a fork, is in the RSS "
                   "of each of them.",
         .is_grave = true});
  }
  Selection all;
  all.metric = ViewMetric::kTotal;
  OverviewWarning unknown = without_debug_information(
      profile, unordered_statistics(profile, view::measure(recording, all).now, {}));
  if (!unknown.text.empty()) facts.warnings.push_back(std::move(unknown));
  facts.top = {
      top_of(profile, summary.at_peak, "Live at the peak", ViewMetric::kLive, LiveAt::kPeak),
      top_of(profile, summary.at_end, "Live at the end", ViewMetric::kLive, LiveAt::kEnd),
      top_of(profile, summary.of_all, "Of all allocations", ViewMetric::kTotal, LiveAt::kEnd)};
  return facts;
}

}  // namespace heaptally::view
