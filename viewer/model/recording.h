// Recording: a recording in memory, ready for the viewer's questions.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/profile/bucket_source.h"
#include "core/profile/event_source.h"
#include "core/profile/mark_leaks.h"
#include "core/profile/profile.h"
#include "core/profile/timeline_index.h"

namespace heaptally::view {

// Where a loader has got to: a step such as "Reading", and how much of the whole is done, from 0 to
// 1. Returns whether to go on.
using Progress = std::function<bool(std::string_view step, double share)>;

// Purpose: all that is needed to answer, loaded once.
// Threads: data(), profile(), index(), timeline() from any; crossings() and events() read the file,
//   so from one thread at a time (the worker's).
// Errors: those of RecordingReader from the constructor. After it a file may be deleted; one that
//   is overwritten in place gives an Error where events or crossings are asked for.
class Recording {
 public:
  // Nothing: `progress` said to stop.
  static std::shared_ptr<const Recording> load(const std::filesystem::path& file,
                                               const Progress& progress);
  Recording(std::filesystem::path file, const Progress& progress);

  const std::filesystem::path& file() const { return file_; }
  std::string name() const { return file_.filename().string(); }
  const RecordingData& data() const { return reader_.data(); }
  // With `raw` the most recent frame is charged; that one is made when it is first asked for.
  const Profile& profile(bool raw = false) const;
  const TimelineIndex& index() const { return *index_; }
  // By way of the index.
  const BucketSource& timeline() const { return *timeline_; }
  CrossingSource crossings() const;
  // Null without an event log.
  EventSource events() const;

 private:
  std::filesystem::path file_;
  mutable RecordingReader reader_;
  std::unique_ptr<const Profile> profile_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<const Profile> raw_profile_;
  std::unique_ptr<const TimelineIndex> index_;
  std::unique_ptr<BucketSource> timeline_;
};

}  // namespace heaptally::view
