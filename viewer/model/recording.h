// Recording: a recording in memory, ready for the viewer's questions.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "core/profile/bucket_source.h"
#include "core/profile/event_source.h"
#include "core/profile/mark_leaks.h"
#include "core/profile/profile.h"
#include "core/profile/timeline_index.h"

namespace heaptally::view {

// Where a loader has got to: a step such as "Reading", and how much of the whole is done, from 0 to
// 1. Returns whether to go on.
using Progress = std::function<bool(std::string_view step, double share)>;

// Purpose: all that is needed to answer. The tables are read and named by the constructor, the
//   timeline by a thread of its own after it, so that what needs no timeline is answered at once.
// Threads: data() and profile() from any; the others too, but they wait for the timeline.
//   crossings() and events() read the file, so from one thread at a time (the worker's).
// Errors: those of RecordingReader from the constructor; those of the timeline from whatever waits
//   for it. Later the file may be deleted; one that is overwritten in place gives an Error where
//   events or crossings are asked for.
class Recording {
 public:
  // Nothing: `progress` said to stop. `wake` is called, on another thread, now and then while the
  // timeline is read and once it has been.
  static std::shared_ptr<const Recording> load(const std::filesystem::path& file,
                                               const Progress& progress = {},
                                               std::function<void()> wake = {});
  Recording(std::filesystem::path file, const Progress& progress, std::function<void()> wake);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  const std::filesystem::path& file() const { return file_; }
  std::string name() const { return file_.filename().string(); }
  const RecordingData& data() const { return reader_.data(); }
  // With `raw` the most recent frame is charged; that one is made when it is first asked for.
  const Profile& profile(bool raw = false) const;

  // Whether nobody waits for the timeline any more; how much of it has been read, from 0 to 1.
  bool has_timeline() const { return has_timeline_; }
  double timeline_share() const { return share_; }
  // Who waits for the timeline gets an Error instead: the recording is to be closed.
  void give_up() const { stops_ = true; }
  const TimelineIndex& index() const { return *index_.get(); }
  // By way of the index, which is waited for where it is needed.
  const BucketSource& timeline() const { return timeline_; }
  CrossingSource crossings() const;
  // Null without an event log.
  EventSource events() const;

 private:
  std::unique_ptr<const TimelineIndex> read_timeline();

  std::filesystem::path file_;
  mutable RecordingReader reader_;
  std::function<void()> wake_;
  std::unique_ptr<const Profile> profile_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<const Profile> raw_profile_;
  mutable std::atomic<bool> stops_ = false;
  std::atomic<bool> has_timeline_ = false;
  std::atomic<double> share_ = 0;
  std::shared_future<std::unique_ptr<const TimelineIndex>> index_;
  BucketSource timeline_;
  std::thread reading_;
};

}  // namespace heaptally::view
