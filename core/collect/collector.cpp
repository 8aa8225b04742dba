#include "core/collect/collector.h"

#include <linux/futex.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/collect/event_tally.h"
#include "core/collect/launcher.h"
#include "core/collect/listener.h"
#include "core/collect/process_stats.h"
#include "core/collect/recording_store.h"
#include "core/collect/ring_merger.h"

namespace heaptally {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kFirstBucketWidth = 1ms;
constexpr std::int64_t kBucketsOfAWidth = 1024;  // then buckets become twice as wide
constexpr Nanoseconds kSampleEvery = 10ms;
constexpr Nanoseconds kFlushEvery = 1s;
constexpr Nanoseconds kModulesEvery = 10ms;
constexpr Nanoseconds kNamesEvery = 200ms;
constexpr Nanoseconds kSlack = 200us;       // an event waits at least this long in its ring
constexpr Nanoseconds kStuckAfter = 500ms;  // a ring's `pending` that does not move
constexpr Nanoseconds kShortestNap = 500us;
constexpr Nanoseconds kLongestNap = 10ms;
constexpr std::uint64_t kBacklog = 4096;  // slots; no nap while a ring has more

std::string join(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

std::filesystem::path default_output(const std::string& program, int pid) {
  return fmt::format("{}.{}.heaptally", std::filesystem::path(program).filename().string(), pid);
}

// The file that a recording replaces: it lives on under another name until the program has
// started, and comes back if it does not.
class ReplacedFile {
 public:
  ReplacedFile(std::filesystem::path path, bool may_replace) : path_(std::move(path)) {
    std::error_code error;
    if (!may_replace || !std::filesystem::is_regular_file(path_, error)) return;
    aside_ = path_;
    aside_ += ".replaced";
    std::filesystem::rename(path_, aside_, error);
    if (error) aside_.clear();
  }
  ReplacedFile(const ReplacedFile&) = delete;
  ReplacedFile& operator=(const ReplacedFile&) = delete;
  ~ReplacedFile() {
    std::error_code error;
    if (!aside_.empty()) std::filesystem::rename(aside_, path_, error);
  }

  // The new one stands.
  void let_go() {
    std::error_code error;
    if (!aside_.empty()) std::filesystem::remove(aside_, error);
    aside_.clear();
  }

 private:
  std::filesystem::path path_;
  std::filesystem::path aside_;  // empty: there was none, or it was let go
};

// One recording in progress.
class Recording {
 public:
  explicit Recording(const RecordOptions& options);

  RecordResult run();

 private:
  void fill_header_of_start();
  void loop();
  int accept_image(std::int32_t pid);
  void finish_image();
  void nap(Nanoseconds duration);
  bool look_at_descriptors(Nanoseconds patience);
  void close_bucket(Nanoseconds now);
  void housekeeping();
  void sample(Nanoseconds now);
  void put_batch();
  void collect_sources();
  Batch take_batch();
  void finish_recording();
  Header current_header();

  const RecordOptions& options_;
  TickClock clock_;
  Listener listener_;
  SignalQueue signals_;
  Program program_;
  std::filesystem::path path_;
  ReplacedFile replaced_;
  RecordingStore store_;

  TraceStore traces_;
  TaskTable tasks_;
  Tallies tallies_;
  EventTally events_;
  std::unique_ptr<ProcessImage> image_;
  std::optional<RingMerger> merger_;
  RingMerger::Sink sink_;

  Header header_;  // with the counts of the images that have ended
  RecordResult result_;
  std::vector<Process> processes_;
  std::vector<ModuleSource> sources_;  // of modules that are not in a batch yet
  std::vector<Bucket> buckets_;
  std::vector<Sample> samples_;
  Nanoseconds bucket_start_{0};
  Nanoseconds bucket_width_{kFirstBucketWidth};
  Nanoseconds next_flush_{kFlushEvery};
  Nanoseconds last_batch_{0};
  Nanoseconds next_names_{0};
  Nanoseconds next_sample_{0};
};

Recording::Recording(const RecordOptions& options)
    : options_(options),
      program_({options.command, options.preload, listener_.session()}),
      path_(options.output.empty() ? default_output(options.command.front(), program_.pid())
                                   : options.output),
      replaced_(path_, options.overwrite),
      store_(path_, options.overwrite),
      events_(clock_, traces_, tasks_, tallies_),
      sink_([this](const wire::Event& event, std::uint32_t lane) { events_.apply(event, lane); }) {
  fill_header_of_start();
  events_.on_time([this](Nanoseconds now) { close_bucket(now); }, bucket_width_);
}

void Recording::fill_header_of_start() {
  header_.command = options_.command;
  header_.working_directory = std::filesystem::current_path().string();
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  header_.host = host;
  header_.heaptally_version = HEAPTALLY_VERSION;
  header_.start_unix_ns =
      std::chrono::system_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  header_.clock = clock_.name();
}

// Hands a process image its memory; -1 for processes that are not followed.
int Recording::accept_image(std::int32_t pid) {
  if (pid != program_.pid()) {
    ++header_.unrecorded_processes;
    return -1;
  }
  if (image_ != nullptr) {
    finish_image();
    events_.end_image();
  }
  const ProcessId id{static_cast<std::uint32_t>(processes_.size())};
  const SharedMemoryOptions memory = {clock_.kind(), options_.drop_when_full,
                                      options_.verify_stacks, wire::kMaxDepth};
  merger_.reset();
  image_.reset();
  try {
    image_ = std::make_unique<ProcessImage>(id, pid, memory);
  } catch (const Error& error) {
    // The program runs on unrecorded, and the user is told at its end.
    result_.failure = error.what();
    return -1;
  }
  merger_.emplace(image_->memory(), clock_.ticks_of(kSlack), clock_.ticks_of(kStuckAfter));
  events_.begin_image(*image_);
  Process& process = processes_.emplace_back();
  process.id = id;
  process.pid = pid;
  process.parent_pid = parent_pid(pid);
  process.command = join(command_line(pid));
  process.start = clock_.elapsed();
  sample(clock_.elapsed());
  if (header_.first_rss == 0) header_.first_rss = samples_.empty() ? 0 : samples_.back().rss;
  return image_->memory().fd();
}

// The process has ended, or another program took its place: the last of its events.
void Recording::finish_image() {
  merger_->drain_all(sink_);
  collect_sources();
  header_ = current_header();
  const wire::Header& header = image_->memory().header();
  result_.was_recorded |= header.ready.load(std::memory_order_acquire) != 0;
  result_.verified_stacks += header.counters.verified_stacks.load(std::memory_order_relaxed);
  result_.wrong_stacks += header.counters.wrong_stacks.load(std::memory_order_relaxed);
  processes_.back().end = clock_.elapsed();
}

// The header with what the current image has counted so far.
Header Recording::current_header() {
  Header header = header_;
  header.duration = clock_.elapsed();
  header.total = tallies_.total();
  header.temporary = tallies_.temporary();
  header.live_at_end = tallies_.live_at_end();
  header.peak = tallies_.peak();
  header.peak_time = tallies_.peak_time();
  const EventCounts& events = events_.counts();
  header.frees = events.frees;
  header.unknown_frees = events.unknown_frees;
  header.inferred_frees = events.inferred_frees;
  header.late_events = events.late;
  if (image_ == nullptr) return header;
  const wire::Counters& counters = image_->memory().header().counters;
  const auto read = [](const auto& counter) { return counter.load(std::memory_order_relaxed); };
  header.lost_events += read(counters.lost_events);
  header.inner_events += read(counters.inner_events);
  header.cut_stacks += read(counters.cut_stacks);
  header.broken_stacks += read(counters.broken_stacks);
  header.fallback_stacks += read(counters.fallback_stacks);
  header.unrecorded_processes += read(counters.unrecorded_forks);
  header.waited += Nanoseconds(read(counters.waited_ns));
  header.nested_events += merger_->counts().nested;
  header.rejected_events += merger_->counts().rejected + events.damaged_traces;
  return header;
}

void Recording::close_bucket(Nanoseconds now) {
  if (!tallies_.bucket_is_empty()) {
    buckets_.push_back(tallies_.take_bucket(bucket_start_, bucket_width_));
  }
  // The longer the run, the coarser its timeline. A bucket starts at a multiple of its width,
  // and after the end of the one before.
  const Nanoseconds twice = 2 * bucket_width_;
  if (now >= kBucketsOfAWidth * bucket_width_ &&
      now / twice * twice >= bucket_start_ + bucket_width_) {
    bucket_width_ = twice;
  }
  bucket_start_ = now / bucket_width_ * bucket_width_;
  events_.call_at(bucket_start_ + bucket_width_);
}

void Recording::sample(Nanoseconds now) {
  const MemoryUse use = memory_use(program_.pid());
  if (use.rss == 0) return;
  samples_.push_back({now, use.rss, use.mapped, cpu_time(program_.pid())});
  header_.peak_rss = std::max({header_.peak_rss, use.rss, peak_rss(program_.pid())});
}

void Recording::housekeeping() {
  const Nanoseconds now = clock_.elapsed();
  if (merger_.has_value() &&
      clock_.since_start(merger_->drained_until()) >= bucket_start_ + bucket_width_) {
    close_bucket(clock_.since_start(merger_->drained_until()));
  }
  if (now >= next_sample_) {
    // Before its first image the child is still a copy of this process.
    if (image_ != nullptr) sample(now);
    next_sample_ = now + kSampleEvery;
  }
  if (now >= next_names_) {
    events_.refresh_thread_names();
    next_names_ = now + kNamesEvery;
  }
  // Files of modules are opened soon, while the process is there and they are not deleted.
  const bool names_modules = image_ != nullptr && image_->has_new_modules();
  if (now >= next_flush_ || (names_modules && now >= last_batch_ + kModulesEvery)) put_batch();
  if (now >= next_flush_) {
    clock_.adjust();
    next_flush_ = now + kFlushEvery;
  }
}

// Where the image's new modules are to be found; before the image goes, for a batch needs a
// source for each module.
void Recording::collect_sources() {
  for (auto& module : image_->take_new_modules()) {
    sources_.push_back({module.path, module.build_id, program_.pid(), module.is_executable});
  }
}

Batch Recording::take_batch() {
  Batch batch;
  batch.processes = processes_;
  batch.tasks = tasks_.take_changed();
  batch.modules = traces_.take_new_modules();
  if (image_ != nullptr) collect_sources();
  if (!batch.modules.empty() && batch.modules.front().id == kNoModule) {
    sources_.insert(sources_.begin(), ModuleSource());
  }
  batch.sources = std::exchange(sources_, {});
  batch.frames = traces_.take_new_frames();
  batch.traces = traces_.take_new_traces();
  batch.keys = tallies_.take_new_keys();
  batch.buckets = std::exchange(buckets_, {});
  batch.samples = std::exchange(samples_, {});
  batch.header = current_header();
  return batch;
}

void Recording::put_batch() {
  if (!result_.failure.empty()) return;
  last_batch_ = clock_.elapsed();
  try {
    store_.put(take_batch());
  } catch (const Error& error) {
    // The program is not to suffer: its rings are drained to the end.
    result_.failure = error.what();
  }
}

// Answers images and signals, waiting for them for `patience`. True: the program has ended.
bool Recording::look_at_descriptors(Nanoseconds patience) {
  pollfd watched[] = {
      {program_.pidfd(), POLLIN, 0}, {listener_.fd(), POLLIN, 0}, {signals_.fd(), POLLIN, 0}};
  const timespec timeout = {0, patience.count()};
  if (ppoll(watched, std::size(watched), &timeout, nullptr) <= 0) return false;
  if (watched[1].revents != 0) {
    listener_.answer_all([this](std::int32_t pid) { return accept_image(pid); });
  }
  if (watched[2].revents != 0) signals_.forward_to(program_.pid());
  return watched[0].revents != 0;
}

// Sleeps until a ring has much to drain, or for `duration`.
void Recording::nap(Nanoseconds duration) {
  std::atomic<std::uint32_t>& sleeping = image_->memory().header().sleeping;
  sleeping.store(1, std::memory_order_seq_cst);
  if (!merger_->has_backlog(kBacklog)) {
    const timespec timeout = {0, duration.count()};
    syscall(SYS_futex, &sleeping, FUTEX_WAIT, 1, &timeout, nullptr, 0);
  }
  sleeping.store(0, std::memory_order_relaxed);
}

void Recording::loop() {
  Nanoseconds duration = kShortestNap;
  bool has_ended = false;
  while (!has_ended) {
    has_ended = look_at_descriptors(image_ == nullptr ? kLongestNap : Nanoseconds(0));
    if (image_ != nullptr) {
      const std::size_t events = merger_->drain(clock_.now(), sink_);
      duration = events != 0 ? kShortestNap : std::min(duration * 2, kLongestNap);
      if (!has_ended && !merger_->has_backlog(kBacklog)) nap(duration);
    }
    housekeeping();
  }
}

void Recording::finish_recording() {
  if (!result_.failure.empty()) return;
  try {
    Batch last = take_batch();
    last.header = header_;
    last.header.complete = true;
    last.totals = tallies_.totals();
    store_.finish(std::move(last), options_.progress);
  } catch (const Error& error) {
    result_.failure = error.what();
  }
}

RecordResult Recording::run() {
  result_.was_recorded = false;
  result_.path = path_;
  try {
    program_.start();
    replaced_.let_go();
  } catch (const Error&) {
    std::filesystem::remove(path_);
    throw;
  }
  loop();
  result_.exit_status = program_.wait();
  if (image_ != nullptr) {
    finish_image();
  } else {
    header_ = current_header();
  }
  close_bucket(events_.last_time());
  header_.peak_rss = std::max<std::uint64_t>(header_.peak_rss, program_.peak_rss());
  header_.exit_status = result_.exit_status;
  if (!processes_.empty()) processes_.back().exit_status = result_.exit_status;
  // What the current image counted is in header_ already.
  result_.header = header_;
  finish_recording();
  return std::move(result_);
}

}  // namespace

RecordResult record(const RecordOptions& options) { return Recording(options).run(); }

}  // namespace heaptally
