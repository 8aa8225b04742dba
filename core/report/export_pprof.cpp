// The format is documented in pprof's profile.proto:
// https://github.com/google/pprof/blob/main/proto
#include <map>
#include <ostream>
#include <string>
#include <unordered_map>

#include <protozero/pbf_writer.hpp>

#include "core/profile/moment.h"
#include "core/report/export_traces.h"
#include "core/report/heading.h"
#include "core/report/labels.h"
#include "core/report/packed_text.h"

namespace heaptally {
namespace {

// The fields of the messages, as profile.proto numbers them.
enum ProfileField : protozero::pbf_tag_type {
  kSampleType = 1,
  kSample = 2,
  kMapping = 3,
  kLocation = 4,
  kFunction = 5,
  kStringTable = 6,
  kTimeNanos = 9,
  kDurationNanos = 10,
  kPeriodType = 11,
  kPeriod = 12,
  kComment = 13,
  kDefaultSampleType = 14,
};

class Pprof {
 public:
  explicit Pprof(const Profile& profile) : profile_(profile) { string(""); }

  std::string write(const std::vector<ExportTrace>& traces) {
    add_types();
    add_mappings();
    for (const ExportTrace& trace : traces) add_sample(trace);
    const Header& header = profile_.data().header;
    writer_.add_int64(kTimeNanos, header.start_unix_ns);
    writer_.add_int64(kDurationNanos, run_time(profile_.data()).count());
    writer_.add_int64(kComment, string("made by heaptally " + header.heaptally_version));
    const std::string missing = incomplete_phrase(profile_.data());
    if (!missing.empty()) writer_.add_int64(kComment, string(missing));
    for (const std::string& text : strings_) writer_.add_string(kStringTable, text);
    return bytes_;
  }

 private:
  std::int64_t string(std::string_view text) {
    const auto [found, is_new] = string_ids_.emplace(text, strings_.size());
    if (is_new) strings_.emplace_back(text);
    return static_cast<std::int64_t>(found->second);
  }

  void add_type(ProfileField field, std::string_view type, std::string_view unit) {
    protozero::pbf_writer message(writer_, field);
    message.add_int64(1, string(type));
    message.add_int64(2, string(unit));
  }

  void add_types() {
    add_type(kSampleType, "alloc_objects", "count");
    add_type(kSampleType, "alloc_space", "bytes");
    add_type(kSampleType, "inuse_objects", "count");
    add_type(kSampleType, "inuse_space", "bytes");
    add_type(kPeriodType, "space", "bytes");
    writer_.add_int64(kPeriod, 1);
    writer_.add_int64(kDefaultSampleType, string("inuse_space"));
  }

  // Of a module only its file is known, not where it was mapped: addresses are those in it.
  void add_mappings() {
    for (const Module& module : profile_.data().modules) {
      protozero::pbf_writer message(writer_, kMapping);
      message.add_uint64(1, index_of(module.id) + 1);
      message.add_int64(5, string(module.path));
      message.add_int64(6, string(module.build_id));
      message.add_bool(7, true);
      message.add_bool(8, true);
      message.add_bool(9, true);
      message.add_bool(10, true);
    }
  }

  std::uint64_t function(PlaceId place) {
    const Places& places = profile_.places();
    std::string name(places.function(place));
    if (name.empty()) name = place_label(places, place);
    const std::int64_t file = places[place].source ? string(places.where(place)) : 0;
    const auto key = std::pair(string(name), file);
    const auto [found, is_new] = functions_.emplace(key, functions_.size() + 1);
    if (is_new) {
      protozero::pbf_writer message(writer_, kFunction);
      message.add_uint64(1, found->second);
      message.add_int64(2, key.first);
      message.add_int64(3, key.first);
      message.add_int64(4, file);
    }
    return found->second;
  }

  // A frame with its inlined calls from `first` on, counted from the innermost.
  std::uint64_t location(FrameId frame, std::size_t first) {
    const std::uint64_t key = std::uint64_t{index_of(frame)} << 16 | first;
    const auto [found, is_new] = locations_.emplace(key, locations_.size() + 1);
    if (!is_new) return found->second;
    const auto places = profile_.places().of(frame);
    std::vector<std::uint64_t> functions;
    for (std::size_t i = first; i < places.size(); ++i) functions.push_back(function(places[i]));
    const Frame& code = profile_.data().frames[index_of(frame)];
    protozero::pbf_writer message(writer_, kLocation);
    message.add_uint64(1, found->second);
    message.add_uint64(2, index_of(code.module) + 1);
    message.add_uint64(3, code.address);
    for (std::size_t i = first; i < places.size(); ++i) {
      protozero::pbf_writer line(message, 4);
      line.add_uint64(1, functions[i - first]);
      line.add_int64(2, profile_.places()[places[i]].line);
    }
    return found->second;
  }

  std::vector<std::uint64_t> locations_of(TraceId trace) {
    const std::vector<Trace>& traces = profile_.data().traces;
    const PlaceId site = profile_.sites()[trace];
    std::vector<std::uint64_t> result;
    for (; trace != kRootTrace; trace = traces[index_of(trace)].parent) {
      const FrameId frame = traces[index_of(trace)].frame;
      const auto places = profile_.places().of(frame);
      std::size_t first = 0;
      if (result.empty()) {
        while (first < places.size() && places[first] != site) ++first;
        if (first == places.size()) continue;
      }
      result.push_back(location(frame, first));
    }
    return result;
  }

  void add_sample(const ExportTrace& trace) {
    const std::vector<std::uint64_t> locations = locations_of(trace.trace);
    const std::uint64_t values[] = {trace.total.count, trace.total.bytes, trace.live.count,
                                    trace.live.bytes};
    protozero::pbf_writer message(writer_, kSample);
    message.add_packed_uint64(1, locations.begin(), locations.end());
    message.add_packed_int64(2, std::begin(values), std::end(values));
  }

  const Profile& profile_;
  std::string bytes_;
  protozero::pbf_writer writer_{bytes_};
  std::vector<std::string> strings_;
  std::unordered_map<std::string, std::size_t> string_ids_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> functions_;
  std::unordered_map<std::uint64_t, std::uint64_t> locations_;
};

}  // namespace

void write_pprof(const ExportRequest& request, std::ostream& out) {
  out << gzip(Pprof(request.profile).write(export_traces(request)));
}

}  // namespace heaptally
