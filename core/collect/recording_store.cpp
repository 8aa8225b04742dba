#include "core/collect/recording_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/recording/writer.h"

namespace heaptally {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Symbols are resolved for at most this long after each batch while the program runs.
constexpr std::chrono::milliseconds kResolvingTime{50};
constexpr std::size_t kProgressEvery = 256;  // frames

// Absolute, so that SQLite sees no "file:" or ":memory:" in what a user typed.
std::filesystem::path copy_path(const std::filesystem::path& recording) {
  std::filesystem::path path = std::filesystem::absolute(recording);
  return path += "-snapshot";
}

// All of a file to an empty one. Returns 0 or an errno, and then that is empty again.
int copy_bytes(const std::filesystem::path& from, int to) {
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
      : writer_(path, overwrite), copy_path_(copy_path(path)) {}

  void write(Batch& batch) {
    for (const Process& process : batch.processes) writer_.put(process);
    for (const Task& task : batch.tasks) writer_.put(task);
    for (std::size_t i = 0; i < batch.modules.size(); ++i) add(batch.modules[i], batch.sources[i]);
    writer_.add(batch.frames);
    writer_.add(batch.traces);
    writer_.add(batch.keys);
    // First, so that their buckets are kept apart.
    writer_.add(batch.marks);
    for (const Bucket& bucket : batch.buckets) writer_.add(bucket);
    writer_.add(batch.samples);
    if (!batch.totals.empty()) writer_.add(batch.totals);
    if (!batch.survivors.empty()) writer_.add(batch.survivors);
    writer_.put(batch.header);
    frames_.insert(frames_.end(), batch.frames.begin(), batch.frames.end());
  }

  void flush() { writer_.flush(); }

  // Resolves the next frames until `deadline`.
  void resolve_until(SteadyClock::time_point deadline) {
    while (resolved_ < frames_.size() && SteadyClock::now() < deadline) resolve_next();
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
    int problem = EIO;
    try {
      writer_.copy_to(copy_path_, order.ending);
      problem = copy_bytes(copy_path_, order.file);
    } catch (const Error&) {
    }
    std::error_code ignored;
    std::filesystem::remove(copy_path_, ignored);
    return problem;
  }

 private:
  void add(const Module& module, const ModuleSource& source) {
    writer_.put(module);
    modules_.push_back(module);
    handles_.push_back(module.id == kNoModule ? 0 : symbolizer_.open(source));
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
  std::filesystem::path copy_path_;  // beside the recording, while a copy is made
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

void RecordingStore::run() {
  try {
    while (true) {
      std::deque<Batch> batches;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
        if (queue_.empty()) return;
        batches = std::exchange(queue_, {});
      }
      for (Batch& batch : batches) write(batch);
      impl_->flush();
      impl_->resolve_until(SteadyClock::now() + kResolvingTime);
      impl_->flush();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
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
  throw_if_failed();
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(batch));
  }
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
