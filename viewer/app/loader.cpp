#include "viewer/app/loader.h"

#include <exception>
#include <utility>

namespace heaptally::view {

Loader::Loader(std::function<void()> wake) : wake_(std::move(wake)) {}

Loader::~Loader() {
  cancel();
  if (thread_.joinable()) thread_.join();
}

void Loader::start(std::filesystem::path file, bool as_other) {
  cancel();
  if (thread_.joinable()) thread_.join();
  stops_ = false;
  done_ = false;
  share_ = 0;
  step_ = "Opening";
  file_ = file;
  thread_ = std::thread([this, file = std::move(file), as_other] { load(file, as_other); });
}

std::optional<LoadResult> Loader::take() {
  if (!thread_.joinable() || !done_) return {};
  thread_.join();
  return std::move(result_);
}

std::string Loader::step() const {
  const std::lock_guard lock(mutex_);
  return step_;
}

void Loader::load(const std::filesystem::path& file, bool as_other) {
  result_ = {.file = file, .as_other = as_other, .recording = nullptr, .problem = {}};
  try {
    const auto tell = [this](std::string_view step, double share) {
      {
        const std::lock_guard lock(mutex_);
        step_ = step;
      }
      share_ = share;
      if (wake_) wake_();
      return !stops_;
    };
    result_.recording = Recording::load(file, tell, wake_);
  } catch (const std::exception& error) {
    result_.problem = error.what();
  }
  if (stops_) result_ = {.file = file, .as_other = as_other, .recording = nullptr, .problem = {}};
  done_ = true;
  if (wake_) wake_();
}

}  // namespace heaptally::view
