#include "core/collect/recording_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/recording/writer.h"

namespace heaptally {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Symbols are resolved for at most this long after each batch while the program runs.
constexpr std::chrono::milliseconds kResolvingTime{50};
constexpr std::size_t kProgressEvery = 256;                // frames
constexpr std::size_t kMostQueued = std::size_t{1} << 20;  // events of the log, 32 MiB

// For mkostemp. `recording` is absolute, so that SQLite sees no "file:" in what a user typed.
std::string copy_pattern(const std::filesystem::path& recording) {
  return recording.string() + "-snapshot-XXXXXX";
}

// A file of its own, gone at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& pattern) : path_(pattern) {
    const int file = mkostemp(path_.data(), O_CLOEXEC);
    problem_ = file < 0 ? errno : 0;
    if (file >= 0) close(file);
  }
  ~TemporaryFile() {
    if (problem_ == 0) unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int problem() const { return problem_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int problem_ = 0;
};

// All of a file to an empty one. Returns 0 or an errno, and then that is empty again.
int copy_bytes(const std::string& from, int to) {
  const int file = open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno;
  std::vector<char> buffer(1 << 16);
  int problem = 0;
  while (problem == 0) {
    const ssize_t bytes = read(file, buffer.data(), buffer.size());
    if (bytes == 0) break;
    if (bytes < 0) problem = errno;
    for (ssize_t at = 0; problem == 0 && at < bytes;) {
      const ssize_t written = ::write(to, buffer.data() + at, static_cast<std::size_t>(bytes - at));
      if (written < 0) problem = errno;
      at += written;
    }
  }
  close(file);
  if (problem != 0 && ftruncate(to, 0) != 0) return EIO;
  return problem;
}

}  // namespace

// What only the writing thread touches, and, once it has ended, finish().
class RecordingStore::Impl {
 public:
  Impl(const std::filesystem::path& path, bool overwrite)
      : writer_(path, overwrite),
        path_(std::filesystem::absolute(path)),
        copy_pattern_(copy_pattern(path_)) {}

  void write(Batch& batch) {
    for (const Domain& domain : batch.domains) writer_.put(domain);
    for (const Process& process : batch.processes) writer_.put(process);
    for (const Task& task : batch.tasks) writer_.put(task);
    for (std::size_t i = 0; i < batch.modules.size(); ++i) add(batch.modules[i], batch.sources[i]);
    writer_.add(batch.frames);
    writer_.add(batch.traces);
    writer_.add(batch.keys);
    // First, so that their buckets are kept apart.
    writer_.add(batch.marks);
    writer_.add(batch.crossings);
    for (const Bucket& bucket : batch.buckets) writer_.add(bucket);
    writer_.add(batch.samples);
    writer_.add(batch.events);
    if (!batch.totals.empty()) writer_.add(batch.totals);
    if (!batch.survivors.empty()) writer_.add(batch.survivors);
    writer_.put(batch.header);
    frames_.insert(frames_.end(), batch.frames.begin(), batch.frames.end());
  }

  void flush() { writer_.flush(); }

  // Resolves the next frames until `deadline`, or as long as `has_time` says.
  template <class HasTime>
  void resolve_until(SteadyClock::time_point deadline, HasTime has_time) {
    while (resolved_ < frames_.size() && SteadyClock::now() < deadline && has_time()) {
      resolve_next();
    }
  }

  void resolve_all(const Progress& progress) {
    while (resolved_ < frames_.size()) {
      resolve_next();
      if (progress && resolved_ % kProgressEvery == 0) progress(resolved_, frames_.size());
    }
    if (progress) progress(frames_.size(), frames_.size());
  }

  void finish() {
    tell_of_modules();
    writer_.finish();
  }

  // Of all that was written so far. What goes wrong with the copy is no matter of the recording.
  int copy(const CopyOrder& order) {
    resolve_all({});
    tell_of_modules();
    writer_.flush();
    if (!has_room_for_copy()) return ENOSPC;
    const TemporaryFile copy(copy_pattern_);
    if (copy.problem() != 0) return copy.problem();
    try {
      writer_.copy_to(copy.path(), order.ending);
      return copy_bytes(copy.path(), order.file);
    } catch (const Error&) {
      return EIO;
    }
  }

 private:
  void add(const Module& module, const ModuleSource& source) {
    writer_.put(module);
    modules_.push_back(module);
    handles_.push_back(module.id == kNoModule ? 0 : symbolizer_.open(source));
  }

  // What a copy takes is not to be missing to the recording.
  bool has_room_for_copy() const {
    std::error_code problem;
    const std::uintmax_t size = std::filesystem::file_size(path_, problem);
    if (problem) return false;
    const std::filesystem::space_info disk = std::filesystem::space(path_, problem);
    return problem || disk.available > 2 * size;
  }

  void tell_of_modules() {
    for (Module& module : modules_) {
      if (module.id == kNoModule) continue;
      module.debug = symbolizer_.debug_state(handles_[index_of(module.id)]);
      writer_.put(module);
    }
  }

  void resolve_next() {
    const Frame& frame = frames_[resolved_++];
    if (frame.module == kNoModule) return;
    const std::uint64_t address = frame.address - (frame.kind == FrameKind::kReturnAddress ? 1 : 0);
    writer_.add(
        FrameLocations{frame.id, symbolizer_.resolve(handles_[index_of(frame.module)], address)});
  }

  RecordingWriter writer_;
  std::filesystem::path path_;  // absolute
  std::string copy_pattern_;    // of a name beside the recording, for while a copy is made
  Symbolizer symbolizer_;
  std::vector<Module> modules_;
  std::vector<std::size_t> handles_;  // of the symbolizer, by module
  std::vector<Frame> frames_;
  std::size_t resolved_ = 0;
};

RecordingStore::RecordingStore(const std::filesystem::path& path, bool overwrite)
    : impl_(std::make_unique<Impl>(path, overwrite)), thread_([this] { run(); }) {}

RecordingStore::~RecordingStore() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool RecordingStore::is_idle() {
  const std::lock_guard lock(mutex_);
  return queue_.empty();
}

void RecordingStore::write_queue() {
  std::deque<Batch> batches;
  {
    const std::lock_guard lock(mutex_);
    batches = std::exchange(queue_, {});
  }
  for (Batch& batch : batches) {
    write(batch);
    const std::size_t events = batch.events.size();
    batch = {};
    {
      const std::lock_guard lock(mutex_);
      queued_events_ -= events;
    }
    room_.notify_one();
  }
  impl_->flush();
}

void RecordingStore::run() {
  try {
    while (true) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
        if (queue_.empty()) return;
      }
      write_queue();
      // Symbols can wait, the program should not have to.
      impl_->resolve_until(SteadyClock::now() + kResolvingTime, [this] { return is_idle(); });
      impl_->flush();
    }
  } catch (...) {
    {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
    }
    room_.notify_one();
  }
}

void RecordingStore::write(Batch& batch) {
  impl_->write(batch);
  for (const CopyOrder& order : batch.copies) {
    const int problem = impl_->copy(order);
    close(order.file);
    const std::lock_guard lock(mutex_);
    done_.push_back({order.ticket, problem});
  }
}

std::vector<CopyDone> RecordingStore::take_copied() {
  const std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

void RecordingStore::throw_if_failed() {
  const std::lock_guard lock(mutex_);
  if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void RecordingStore::put(Batch batch) {
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return queued_events_ < kMostQueued || failure_ != nullptr; });
    queued_events_ += batch.events.size();
    if (failure_ == nullptr) queue_.push_back(std::move(batch));
  }
  throw_if_failed();
  wake_.notify_one();
}

void RecordingStore::finish(Batch last, const Progress& progress) {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
  throw_if_failed();
  impl_->write(last);
  impl_->flush();
  impl_->resolve_all(progress);
  impl_->finish();
}

}  // namespace heaptally
