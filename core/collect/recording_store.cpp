#include "core/collect/recording_store.h"

#include <chrono>

#include "core/recording/writer.h"

namespace heaptally {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Symbols are resolved for at most this long after each batch while the program runs.
constexpr std::chrono::milliseconds kResolvingTime{50};
constexpr std::size_t kProgressEvery = 256;  // frames

}  // namespace

// What only the writing thread touches, and, once it has ended, finish().
class RecordingStore::Impl {
 public:
  Impl(const std::filesystem::path& path, bool overwrite) : writer_(path, overwrite) {}

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
    for (Module& module : modules_) {
      if (module.id == kNoModule) continue;
      module.debug = symbolizer_.debug_state(handles_[index_of(module.id)]);
      writer_.put(module);
    }
    writer_.finish();
  }

 private:
  void add(const Module& module, const ModuleSource& source) {
    writer_.put(module);
    modules_.push_back(module);
    handles_.push_back(module.id == kNoModule ? 0 : symbolizer_.open(source));
  }

  void resolve_next() {
    const Frame& frame = frames_[resolved_++];
    if (frame.module == kNoModule) return;
    const std::uint64_t address = frame.address - (frame.kind == FrameKind::kReturnAddress ? 1 : 0);
    writer_.add(
        FrameLocations{frame.id, symbolizer_.resolve(handles_[index_of(frame.module)], address)});
  }

  RecordingWriter writer_;
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
      for (Batch& batch : batches) impl_->write(batch);
      impl_->flush();
      impl_->resolve_until(SteadyClock::now() + kResolvingTime);
      impl_->flush();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
  }
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
