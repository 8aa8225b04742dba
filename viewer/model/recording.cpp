#include "viewer/model/recording.h"

#include <algorithm>
#include <utility>

namespace heaptally::view {
namespace {

struct Stopped {};

void step(const Progress& progress, std::string_view name, double share) {
  if (progress && !progress(name, share)) throw Stopped();
}

}  // namespace

std::shared_ptr<const Recording> Recording::load(const std::filesystem::path& file,
                                                 const Progress& progress) {
  try {
    step(progress, "Reading", 0);
    return std::make_shared<const Recording>(file, progress);
  } catch (const Stopped&) {
    return nullptr;
  }
}

Recording::Recording(std::filesystem::path file, const Progress& progress)
    : file_(std::move(file)), reader_(file_) {
  step(progress, "Naming lines", 0.4);
  profile_ = std::make_unique<const Profile>(data(), SiteRules{});
  step(progress, "Reading the timeline", 0.7);
  const double whole = std::max(1.0, static_cast<double>(run_time(data()).count()));
  bool goes_on = true;
  std::size_t read = 0;
  const BucketSource source = [&](const BucketVisitor& visit) {
    reader_.for_each_bucket([&](const Bucket& bucket) {
      const double share = static_cast<double>(bucket.start.count()) / whole;
      if (++read % 64 == 0 && progress) {
        goes_on = progress("Reading the timeline", 0.7 + 0.3 * std::min(share, 1.0));
      }
      return goes_on && visit(bucket);
    });
  };
  index_ = TimelineIndex::make(source, data().tallies.size(), [&] { return goes_on; });
  if (!goes_on || !index_) throw Stopped();
  timeline_ = std::make_unique<BucketSource>(*index_);
}

const Profile& Recording::profile(bool raw) const {
  if (!raw) return *profile_;
  const std::lock_guard lock(mutex_);
  if (!raw_profile_) {
    raw_profile_ = std::make_unique<const Profile>(data(), SiteRules{.raw = true, .machinery = {}});
  }
  return *raw_profile_;
}

CrossingSource Recording::crossings() const {
  return [this](const CrossingVisitor& visit) { reader_.for_each_crossing(visit); };
}

EventSource Recording::events() const {
  if (!data().header.has_log) return {};
  return {.chunks = [this](Nanoseconds from,
                           const ChunkVisitor& visit) { reader_.for_each_chunk(from, visit); },
          .blocks = [this](std::span<const std::uint64_t> blocks,
                           const BlockVisitor& visit) { reader_.for_each_block(blocks, visit); }};
}

}  // namespace heaptally::view
