#include "cli/question.h"

#include <charconv>

#include <fmt/format.h>

#include "cli/output.h"
#include "core/base/error.h"
#include "core/profile/named_places.h"
#include "core/report/heading.h"
#include "core/report/wording.h"

namespace heaptally {

void FileOptions::add_to(CLI::App& command) {
  command.add_option("FILE", file, "The recording, or the older one of two")->required();
  command.add_option("OTHER", other, "A newer one, to compare with");
}

std::vector<std::string> FileOptions::files() const {
  if (!other) return {file};
  return {file, *other};
}

void FilterOptions::add_to(CLI::App& command) {
  // A pattern must not swallow the options and the file that follow it.
  const auto repeatable = [&](const char* name, std::vector<std::string>& values,
                              const char* help) {
    return command.add_option(name, values, help)->allow_extra_args(false);
  };
  command.add_flag("--raw", raw, "Charge the most recent frame, machinery or not");
  repeatable("--machinery", machinery,
             "Also take as machinery what matches by file, module or function")
      ->type_name("PATTERN");
  repeatable("--filter", filters, "Only traces whose site matches; any of several")
      ->type_name("PATTERN[:LINE]");
  repeatable("--exclude", excludes, "No traces whose site matches")->type_name("PATTERN[:LINE]");
  command.add_flag("--all-frames", all_frames, "Match filters with any frame instead of the site");
  repeatable("--through", through,
             "Only traces that pass this place: FILE, FILE:LINE, a function or a library; any of "
             "several")
      ->type_name("PLACE");
  repeatable("--without", without, "No traces that pass this place")->type_name("PLACE");
  repeatable("--thread", threads, "Only threads of this id or name; any of several")
      ->type_name("TID|PATTERN");
  repeatable("--process", processes,
             "Only processes of this PID, command or program name; any of several")
      ->type_name("PID|PATTERN");
  repeatable("--domain", domains,
             "Only what is of this domain: heap, mmap, allocator, one that the program names, or "
             "all; any of several (heap)")
      ->type_name("NAME|PATTERN");
}

SiteRules FilterOptions::site_rules() const {
  SiteRules rules{.raw = raw, .machinery = {}};
  for (const std::string& text : machinery) rules.machinery.emplace_back(text);
  return rules;
}

void FilterOptions::apply_to(Query& query) const {
  for (const std::string& text : filters) {
    query.filters.push_back(parse_filter(text, true, all_frames));
  }
  for (const std::string& text : excludes) {
    query.filters.push_back(parse_filter(text, false, all_frames));
  }
  query.through = through;
  query.without = without;
  query.threads = threads;
  query.processes = processes;
  // What is asked for anyway.
  if (domains != std::vector<std::string>{"heap"}) query.domains = domains;
}

void ShapeOptions::add_to(CLI::App& command) {
  command
      .add_option("--merge", merged,
                  "Leave this place out of the ways to memory, which stays with its callers: FILE, "
                  "FILE:LINE, a function or a library; repeatable")
      ->type_name("PLACE")
      ->allow_extra_args(false);
  command.add_flag("--collapse-recursion", collapse_recursion,
                   "What is called again on a way goes on from its first call");
}

void ShapeOptions::apply_to(TreeShape& shape) const {
  shape.merged = merged;
  shape.collapse_recursion = collapse_recursion;
}

void MomentOptions::add_to(CLI::App& command) {
  command
      .add_option("--at", at,
                  "peak, peak:PID, peak-of:DOMAIN, start, end, mark:NAME, a share of the run (40%) "
                  "or a time since "
                  "the start: 1.5, 250ms, 1m30s (peak; end for total and temporary)")
      ->type_name("MOMENT");
  command
      .add_option("--from", from,
                  "Only what was allocated after this moment; for total and temporary (start)")
      ->type_name("MOMENT");
  command.add_option("--to", to, "... and before this one (end)")->type_name("MOMENT");
}

AskedMoments MomentOptions::moments(Metric metric) const {
  const bool is_stretch = from || to;
  if (at && is_stretch) {
    throw Error("--at", "cannot go with --from and --to", "give one moment, or two",
                ExitCode::kUsage);
  }
  if (is_stretch) {
    return {parse_moment(from.value_or("start"), "--from"),
            parse_moment(to.value_or("end"), "--to")};
  }
  const char* usual = metric == Metric::kLive ? "peak" : "end";
  return {std::nullopt, parse_moment(at.value_or(usual))};
}

void RowOptions::add_to(CLI::App& command) {
  command.add_option("--group", group, "What a row stands for (lineno)")->type_name("GROUP");
  command.add_option("--sort", sort, "size or count, descending (size)")->type_name("KEY");
  command.add_option("--limit", limit, "How many rows, 0 for all (10)")->type_name("N");
  command.add_option("--format", format, "text, json or csv (text)")->type_name("FORMAT");
  command.add_flag("--cumulative", cumulative,
                   "Count a trace for every line among its frames, once each; for lineno, "
                   "filename, function and module");
}

void RowOptions::apply_to(Query& query) const {
  query.group = parse_group(group);
  query.sort = parse_sort(sort);
  query.cumulative = cumulative;
  query.limit = parse_limit(limit);
}

Query query_of(const RowOptions& rows, const FilterOptions& filters) {
  Query query;
  rows.apply_to(query);
  check(query);
  filters.apply_to(query);
  return query;
}

OpenRecording::OpenRecording(const std::string& file, const FilterOptions& filters, bool of_several)
    : reader_(file),
      profile_(reader_.data(), filters.site_rules()),
      is_of_heap_(filters.domains.empty() || filters.domains == std::vector<std::string>{"heap"}) {
  if (!of_several) require_places({this}, filters);
}

EventSource OpenRecording::log() {
  if (!data().header.has_log) return {};
  return {
      [this](Nanoseconds from, const ChunkVisitor& visit) { reader_.for_each_chunk(from, visit); },
      [this](std::span<const std::uint64_t> blocks, const BlockVisitor& visit) {
        reader_.for_each_block(blocks, visit);
      }};
}

void require_places(const std::vector<const OpenRecording*>& recordings,
                    const FilterOptions& filters, const ShapeOptions& shape) {
  std::vector<const Profile*> profiles;
  profiles.reserve(recordings.size());
  for (const OpenRecording* recording : recordings) profiles.push_back(&recording->profile());
  require_places(profiles, filters.through, "--through");
  require_places(profiles, shape.merged, "--merge");
}

void tell_what_is_missing(const std::string& file, const RecordingData& data) {
  const std::string text = incomplete_phrase(data);
  if (!text.empty()) tell(fmt::format("heaptally: {}: {}\n", printable(file), text));
}

std::size_t parse_limit(const std::string& text, const std::string& option) {
  std::size_t limit = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw Error(option + " " + text, "is no number of rows", "give 0 for all, or 1 and up",
                ExitCode::kUsage);
  }
  return limit;
}

}  // namespace heaptally
