#include "core/collect/recording_output.h"

#include <new>
#include <system_error>
#include <utility>

#include "core/base/error.h"

namespace heaptally {

RecordingOutput::RecordingOutput(std::filesystem::path path, bool may_replace)
    : path_(std::move(path)), replaced_(path_, may_replace), store_(path_, may_replace) {}

void RecordingOutput::remove() { std::filesystem::remove(path_); }

void RecordingOutput::put(const MakeBatch& make) {
  if (has_failed()) return;
  try {
    store_.put(make());
  } catch (const std::exception& error) {
    fail(error);
  }
}

void RecordingOutput::finish(const MakeBatch& make_last, const RecordingStore::Progress& progress) {
  if (has_failed()) return;
  try {
    store_.finish(make_last(), progress);
  } catch (const std::exception& error) {
    return fail(error);
  }
  // Writing to a file that is gone succeeds.
  require_file();
}

void RecordingOutput::fail(const std::exception& error) {
  failure_ = error.what();
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    failure_ = Error(path_.string(), "ends early, because memory ran out",
                     "raise the limit (ulimit -v), or free some")
                   .what();
  }
  require_file();
}

void RecordingOutput::require_file() {
  std::error_code problem;
  if (std::filesystem::exists(path_, problem)) return;
  failure_ =
      Error(path_.string(), "was removed while it was written", "record to a folder that stays")
          .what();
}

}  // namespace heaptally
