#include "core/report/page.h"

#include <fmt/format.h>

#include "core/report/heading.h"
#include "core/report/packed_text.h"
#include "core/report/page_data.h"
#include "core/report/page_sources.h"
#include "core/report/page_template.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

constexpr std::size_t kMostSourceBytes = 2 << 20;

std::string metric_name(Metric metric) { return std::string(name_of(metric)); }

// A heading's line as a sentence.
std::string sentence(std::string line) {
  line.erase(0, line.find_first_not_of("# "));
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return line;
}

std::string folded_note(const PageRequest& request, const std::vector<Excerpt>& excerpts,
                        double least_share) {
  std::size_t traces = 0, shortened = 0;
  for (const Excerpt& excerpt : excerpts) {
    traces += excerpt.traces;
    shortened += excerpt.shortened_traces;
  }
  if (shortened == 0) return fmt::format("All {} are here.", counted(traces, "trace"));
  return fmt::format(
      "Calls that never come to {:g} % of anything are folded: {} of {} end at their line without "
      "all of their callers, or where the line is as small under \"(sites too small to show)\". No "
      "number changes by it; heaptally tree {} --min 0 shows all.",
      least_share * 100, grouped_text(shortened), counted(traces, "trace"),
      request.recordings.size() == 1 ? "FILE" : "OLD");
}

std::vector<std::string> notes_of(const PageRequest& request, const std::vector<Excerpt>& excerpts,
                                  double least_share) {
  std::vector<std::string> notes;
  std::size_t buckets = 0;
  for (std::size_t i = 0; i < excerpts.size(); ++i) {
    buckets = std::max(buckets, excerpts[i].buckets.size());
    const std::string text = incomplete_phrase(request.recordings[i].profile.data());
    if (text.empty()) continue;
    notes.push_back(excerpts.size() == 1 ? text : fmt::format("{} is {}", request.names[i], text));
  }
  if (const std::string filters = filters_text(request.query); !filters.empty()) {
    notes.push_back(fmt::format("Only{}.", filters));
  }
  notes.push_back(folded_note(request, excerpts, least_share));
  notes.push_back(fmt::format(
      "Selections of time snap to {} moments, at which live bytes and growth are exact; the curve "
      "is the greatest total between them.",
      grouped_text(buckets + 1)));
  std::vector<PlaceId> shown;
  for (const ExcerptRow& row : excerpts.back().rows) {
    const ExcerptNode& node = excerpts.back().nodes[row.node];
    if (!node.folded) shown.push_back(node.place);
  }
  if (const std::string line =
          without_debug_line(request.recordings.back().profile, Group::kLine, shown);
      !line.empty()) {
    notes.push_back(sentence(line));
  }
  return notes;
}

// The only places of the template that are filled in.
std::string filled(const std::string& data, bool flame_only) {
  std::string page(kPageTemplate);
  const auto replace = [&page](std::string_view what, std::string_view with) {
    page.replace(page.find(what), what.size(), with);
  };
  if (flame_only) replace("<body>", "<body data-only=\"flame\">");
  replace("@DATA@", data);
  return page;
}

std::string make_once(const PageRequest& request, const ExcerptShape& shape) {
  std::vector<Excerpt> excerpts;
  excerpts.reserve(request.recordings.size());
  for (const auto& [profile, buckets] : request.recordings) {
    excerpts.push_back(excerpt(profile, buckets, request.query, shape));
  }
  std::vector<PageSide> sides;
  sides.reserve(excerpts.size());
  for (std::size_t i = 0; i < excerpts.size(); ++i) {
    sides.push_back({request.recordings[i].profile, excerpts[i]});
  }
  std::vector<PageSource> sources;
  if (request.with_sources && !request.flame_only) {
    sources = page_sources(sides, request.source_root, kMostSourceBytes);
  }
  Json json = page_json(sides, sources, notes_of(request, excerpts, shape.least_share));
  json["metric"] = metric_name(request.metric);
  json["unit"] = request.unit == SortBy::kSize ? "bytes" : "count";
  json["inverted"] = request.inverted;
  if (sides.size() == 2) {
    json["names"] = request.names;
    json["facts"] = facts_json(
        compare_facts(request.recordings[0].profile, request.recordings[1].profile, request.query));
  }
  return filled(base64(gzip(json_text(json, -1))), request.flame_only);
}

}  // namespace

std::string make_page(const PageRequest& request) {
  ExcerptShape shape;
  constexpr double kMostShare = 0.1;
  while (true) {
    std::string page = make_once(request, shape);
    if (page.size() <= request.most_bytes || shape.least_share >= kMostShare) return page;
    shape.least_share *= 2;
  }
}

}  // namespace heaptally
