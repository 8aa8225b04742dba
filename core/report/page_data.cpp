#include "core/report/page_data.h"

#include <map>
#include <tuple>
#include <unordered_map>

#include "core/base/id_map.h"
#include "core/report/heading.h"
#include "core/report/labels.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

// Names of C++ can be very long, and of programs anything.
constexpr std::size_t kLongestText = 2000;

// Texts by number, each once.
class Strings {
 public:
  std::uint32_t add(std::string_view text) {
    const std::string cut = cut_text(printable(text), kLongestText);
    const auto [found, is_new] = ids_.emplace(cut, texts_.size());
    if (is_new) texts_.push_back(cut);
    return static_cast<std::uint32_t>(found->second);
  }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::unordered_map<std::string, std::size_t> ids_;
  std::vector<std::string> texts_;
};

// The call trees of all sides, laid on one another.
class Calls {
 public:
  explicit Calls(Strings& strings) : strings_(strings) {}

  // The numbers of an excerpt's nodes here.
  std::vector<std::uint32_t> add(const Profile& profile, const Excerpt& excerpt) {
    std::vector<std::uint32_t> numbers(excerpt.nodes.size());
    for (std::size_t i = 1; i < excerpt.nodes.size(); ++i) {
      const ExcerptNode& node = excerpt.nodes[i];
      const std::uint32_t place = add_place(profile.places(), node);
      const std::uint64_t key = std::uint64_t{numbers[node.parent]} << 32 | place;
      std::uint32_t number = ids_.find(key);
      if (number == IdMap::kAbsent) {
        number = static_cast<std::uint32_t>(parents_.size());
        ids_.insert(key, number);
        parents_.push_back(numbers[node.parent]);
        node_places_.push_back(place);
      }
      numbers[i] = number;
    }
    return numbers;
  }

  Json nodes() const { return {{"parent", parents_}, {"place", node_places_}}; }
  Json places() const {
    return {{"label", labels_},
            {"function", functions_},
            {"file", files_},
            {"line", lines_},
            {"module", modules_}};
  }

 private:
  using PlaceTexts = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;

  std::uint32_t add_place(const Places& places, const ExcerptNode& node) {
    static constexpr std::string_view kSmall = "(sites too small to show)";
    const Place place = node.folded ? Place{} : places[node.place];
    const std::uint32_t label =
        strings_.add(node.folded ? std::string(kSmall) : place_label(places, node.place));
    const std::uint32_t function = strings_.add(node.folded ? kSmall : places.text(place.function));
    const std::uint32_t file = strings_.add(place.source ? places.text(place.where) : "");
    const std::uint32_t module = strings_.add(places.text(place.module));
    const auto [found, is_new] =
        by_texts_.emplace(PlaceTexts{label, function, file, module}, labels_.size());
    if (is_new) {
      labels_.push_back(label);
      functions_.push_back(function);
      files_.push_back(file);
      modules_.push_back(module);
      lines_.push_back(place.source ? place.line : 0);
    }
    return static_cast<std::uint32_t>(found->second);
  }

  Strings& strings_;
  IdMap ids_;  // by parent and place
  std::vector<std::uint32_t> parents_{0}, node_places_{0};
  std::map<PlaceTexts, std::size_t> by_texts_;
  std::vector<std::uint32_t> labels_, functions_, files_, modules_, lines_;
};

// {"bytes", "count"} of many things as two columns.
template <class Things, class Get>
Json columns(const Things& things, Get get) {
  std::vector<std::uint64_t> bytes, counts;
  bytes.reserve(things.size());
  counts.reserve(things.size());
  for (const auto& thing : things) {
    bytes.push_back(get(thing).bytes);
    counts.push_back(get(thing).count);
  }
  return Json::array({bytes, counts});
}

Json amount_pair(Amount amount) { return Json::array({amount.bytes, amount.count}); }

// Of the whole run but for what filters leave out.
Json info_json(const PageSide& side) {
  const Header& header = side.profile.data().header;
  const Excerpt& excerpt = side.excerpt;
  return {{"command", cut_text(command_line_text(header), kLongestText)},
          {"host", header.host},
          {"start_unix_ns", header.start_unix_ns},
          {"duration", run_time(side.profile.data()).count()},
          {"exit_status", header.exit_status},
          {"peak", amount_pair(excerpt.peak)},
          {"peak_time", header.peak_time.count()},
          {"end", amount_pair(excerpt.end)},
          {"total", amount_pair(excerpt.total)},
          {"temporary", amount_pair(excerpt.temporary)}};
}

Json samples_json(const RecordingData& data, std::size_t most) {
  Json samples = Json::array();
  const std::size_t step = data.samples.size() / most + 1;
  for (std::size_t i = 0; i < data.samples.size(); i += step) {
    std::uint64_t rss = 0;
    for (std::size_t k = i; k < std::min(i + step, data.samples.size()); ++k) {
      rss = std::max(rss, data.samples[k].rss);
    }
    samples.push_back(Json::array({data.samples[i].time.count(), rss}));
  }
  return samples;
}

Json marks_json(const std::vector<Mark>& marks) {
  Json list = Json::array();
  for (const Mark& mark : marks) {
    list.push_back(Json::array({mark.time.count(), cut_text(printable(mark.name), 200)}));
  }
  return list;
}

// Deltas of all buckets one after the other.
void add_buckets(const Excerpt& excerpt, Json& json) {
  std::vector<std::int64_t> edges = {0};
  std::vector<std::uint64_t> most;
  std::vector<std::size_t> sizes;
  std::vector<ExcerptDelta> all;
  for (const ExcerptBucket& bucket : excerpt.buckets) {
    edges.push_back(bucket.end.count());
    most.push_back(bucket.max_live_bytes);
    sizes.push_back(bucket.deltas.size());
    all.insert(all.end(), bucket.deltas.begin(), bucket.deltas.end());
  }
  std::vector<std::uint32_t> rows;
  rows.reserve(all.size());
  for (const ExcerptDelta& delta : all) rows.push_back(delta.row);
  json["edges"] = edges;
  json["max_live"] = most;
  json["bucket_sizes"] = sizes;
  json["delta_rows"] = rows;
  json["allocated"] = columns(all, [](const ExcerptDelta& delta) { return delta.allocated; });
  json["freed"] = columns(all, [](const ExcerptDelta& delta) { return delta.freed; });
  json["churned"] = columns(all, [](const ExcerptDelta& delta) { return delta.temporary; });
}

Json side_json(const PageSide& side, Calls& calls) {
  constexpr std::size_t kMostSamples = 512;
  const Excerpt& excerpt = side.excerpt;
  const std::vector<std::uint32_t> numbers = calls.add(side.profile, excerpt);
  std::vector<std::uint32_t> row_nodes;
  row_nodes.reserve(excerpt.rows.size());
  for (const ExcerptRow& row : excerpt.rows) row_nodes.push_back(numbers[row.node]);
  Json json = {{"info", info_json(side)},
               {"samples", samples_json(side.profile.data(), kMostSamples)},
               {"marks", marks_json(excerpt.marks)},
               {"row_nodes", row_nodes}};
  json["peak"] = columns(excerpt.rows, [](const ExcerptRow& row) { return row.peak; });
  json["end"] = columns(excerpt.rows, [](const ExcerptRow& row) { return row.end; });
  json["total"] = columns(excerpt.rows, [](const ExcerptRow& row) { return row.total; });
  json["temporary"] = columns(excerpt.rows, [](const ExcerptRow& row) { return row.temporary; });
  add_buckets(excerpt, json);
  return json;
}

Json sources_json(const std::vector<PageSource>& sources, Strings& strings) {
  Json list = Json::array();
  for (const PageSource& source : sources) {
    Json parts = Json::array();
    for (const auto& [first, lines] : source.parts) parts.push_back(Json::array({first, lines}));
    list.push_back({{"file", strings.add(source.file)}, {"parts", parts}});
  }
  return list;
}

std::string_view name_of(ComparedFact::Unit unit) {
  switch (unit) {
    case ComparedFact::Unit::kBytes:
      return "bytes";
    case ComparedFact::Unit::kTime:
      return "time";
    case ComparedFact::Unit::kCount:
      break;
  }
  return "count";
}

}  // namespace

Json facts_json(const std::vector<ComparedFact>& facts) {
  Json list = Json::array();
  for (const ComparedFact& fact : facts) {
    if (!fact.known) continue;
    list.push_back({{"name", fact.name},
                    {"unit", name_of(fact.unit)},
                    {"values", Json::array({fact.a, fact.b})}});
  }
  return list;
}

Json page_json(const std::vector<PageSide>& sides, const std::vector<PageSource>& sources,
               const std::vector<std::string>& notes) {
  Strings strings;
  Calls calls(strings);
  Json json;
  json["recordings"] = Json::array();
  for (const PageSide& side : sides) json["recordings"].push_back(side_json(side, calls));
  json["nodes"] = calls.nodes();
  json["places"] = calls.places();
  json["sources"] = sources_json(sources, strings);
  json["notes"] = notes;
  json["strings"] = strings.texts();
  return json;
}

}  // namespace heaptally
