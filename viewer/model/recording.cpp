#include "viewer/model/recording.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"

namespace heaptally::view {
namespace {

struct Stopped {};

constexpr double kShareOfReading = 0.7;  // of the time that loading takes
constexpr std::size_t kBucketsToldOf = 256;

void step(const Progress& progress, std::string_view name, double share) {
  if (progress && !progress(name, share)) throw Stopped();
}

ReadProgress reading_progress(const Progress& progress) {
  if (!progress) return {};
  return [&progress](double share) { return progress("Reading", share * kShareOfReading); };
}

}  // namespace

std::shared_ptr<const Recording> Recording::load(const std::filesystem::path& file,
                                                 const Progress& progress,
                                                 std::function<void()> wake) {
  try {
    step(progress, "Reading", 0);
    return std::make_shared<const Recording>(file, progress, std::move(wake));
  } catch (const Stopped&) {
    return nullptr;
  }
}

Recording::Recording(std::filesystem::path file, const Progress& progress,
                     std::function<void()> wake)
    : file_(std::move(file)),
      reader_(file_, reading_progress(progress)),
      wake_(std::move(wake)),
      timeline_(BucketSource::of([this]() -> const TimelineIndex& { return index(); })) {
  step(progress, "Naming lines", kShareOfReading);
  profile_ = std::make_unique<const Profile>(data(), SiteRules{});
  step(progress, "Naming lines", 1);
  std::promise<std::unique_ptr<const TimelineIndex>> index;
  index_ = index.get_future().share();
  reading_ = std::thread([this, index = std::move(index)]() mutable {
    try {
      index.set_value(read_timeline());
    } catch (...) {
      index.set_exception(std::current_exception());
    }
    has_timeline_ = true;
    if (wake_) wake_();
  });
}

Recording::~Recording() {
  give_up();
  reading_.join();
}

std::unique_ptr<const TimelineIndex> Recording::read_timeline() {
  const double whole = std::max(1.0, static_cast<double>(run_time(data()).count()));
  std::size_t read = 0;
  const BucketSource source = [&](const BucketVisitor& visit) {
    reader_.for_each_bucket([&](const Bucket& bucket) {
      if (++read % kBucketsToldOf == 0) {
        share_ = std::min(static_cast<double>(bucket.start.count()) / whole, 1.0);
        if (wake_) wake_();
      }
      return !stops_ && visit(bucket);
    });
  };
  auto index = TimelineIndex::make(source, data().tallies.size(), [&] { return !stops_.load(); });
  if (stops_ || !index) throw Error(file_.string(), "is being closed", "open it again");
  return index;
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
  index();  // until then the file is being read
  return [this](const CrossingVisitor& visit) { reader_.for_each_crossing(visit); };
}

EventSource Recording::events() const {
  if (!data().header.has_log) return {};
  index();  // until then the file is being read
  return {.chunks = [this](Nanoseconds from,
                           const ChunkVisitor& visit) { reader_.for_each_chunk(from, visit); },
          .blocks = [this](std::span<const std::uint64_t> blocks,
                           const BlockVisitor& visit) { reader_.for_each_block(blocks, visit); }};
}

}  // namespace heaptally::view
