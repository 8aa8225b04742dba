// Loader: reads recordings beside the window.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "viewer/model/recording.h"

namespace heaptally::view {

// What was to be loaded, and what became of it.
struct LoadResult {
  std::filesystem::path file;
  bool as_other = false;                       // to compare with
  std::shared_ptr<const Recording> recording;  // null: there was a problem, or it was cancelled
  std::string problem;                         // empty: it was cancelled
};

// Purpose: loads one recording at a time on a thread of its own.
// Threads: all calls from the window's.
class Loader {
 public:
  // `wake` is called on the loader's thread when there is something new to show.
  explicit Loader(std::function<void()> wake);
  // Cancels, and waits for the thread.
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // A load that still runs is cancelled first.
  void start(std::filesystem::path file, bool as_other);
  void cancel() { stops_ = true; }
  bool is_loading() const { return thread_.joinable(); }
  // The result, once.
  std::optional<LoadResult> take();

  std::filesystem::path file() const { return file_; }
  std::string step() const;
  double share() const { return share_; }

 private:
  void load(const std::filesystem::path& file, bool as_other);

  std::function<void()> wake_;
  std::filesystem::path file_;
  std::atomic<bool> stops_ = false;
  std::atomic<bool> done_ = false;
  std::atomic<double> share_ = 0;
  mutable std::mutex mutex_;
  std::string step_;
  LoadResult result_;
  std::thread thread_;
};

}  // namespace heaptally::view
