#include "core/collect/collector.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/collect/batch_maker.h"
#include "core/collect/event_tally.h"
#include "core/collect/foreground.h"
#include "core/collect/launcher.h"
#include "core/collect/listener.h"
#include "core/collect/newcomers.h"
#include "core/collect/process_tree.h"
#include "core/collect/program_words.h"
#include "core/collect/recording_store.h"
#include "core/collect/replaced_file.h"
#include "core/collect/ring_merger.h"
#include "core/collect/session_page.h"
#include "core/collect/timeline_cutter.h"
#include "core/collect/tree_sampler.h"
#include "core/collect/watcher.h"

namespace heaptally {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kFlushEvery = 1s;
constexpr Nanoseconds kModulesEvery = 10ms;
constexpr Nanoseconds kNamesEvery = 200ms;
constexpr Nanoseconds kSlack = 200us;            // an event waits at least this long in its ring
constexpr Nanoseconds kStuckAfter = 500ms;       // a ring's `pending` that does not move
constexpr Nanoseconds kExecTime = 1s;            // an exec that failed is heard of sooner
constexpr Nanoseconds kBackgroundAfter = 500ms;  // what ends with the program ends sooner
constexpr Nanoseconds kStartTime = 1s;           // from exec to the shim's constructor, at most
constexpr Nanoseconds kLoadTime = 20ms;          // of a program by the kernel
constexpr Nanoseconds kShortestNap = 500us;
constexpr Nanoseconds kLongestNap = 10ms;
constexpr Nanoseconds kNapWithCopy = 1ms;  // while a program waits for a copy of the recording
// While so many events come in that somebody would soon wake it, the collector naps by the clock:
// at 50 million events a second a ring is not half full by then.
constexpr std::size_t kManyEvents = 2048;
constexpr Nanoseconds kBusyNap = 200us;
constexpr std::uint64_t kBacklog = wire::kRingSlots / 2;  // no nap while a ring has more

std::filesystem::path default_output(const std::string& program, int pid) {
  return fmt::format("{}.{}.heaptally", std::filesystem::path(program).filename().string(), pid);
}

// One recording in progress.
class Recording {
 public:
  explicit Recording(const RecordOptions& options);

  RecordResult run();

 private:
  void loop();
  void loop_unrecorded();
  void fail(const std::exception& error);
  void require_file();
  void nap(Nanoseconds duration);
  void apply(std::span<const MergedEvent> events);
  void take_occurrences();
  void take_signal(const Occurrence& occurrence);
  bool somebody_comes();
  void notice_background();
  void advance_timeline(Nanoseconds now);
  void set_mark(const TrackedProcess& process, const std::string& name);
  void set_mark_from_outside(std::int32_t pid, std::string name, std::uint64_t stamp);
  void housekeeping();
  void put_batch(std::vector<CopyOrder> copies = {});
  bool put_copy(int file, std::uint64_t ticket);
  void answer_copies();
  void finish_recording();

  const RecordOptions& options_;
  TickClock clock_;
  Listener listener_;
  SignalQueue signals_;
  Program program_;
  std::filesystem::path path_;
  ReplacedFile replaced_;
  RecordingStore store_;

  TraceStore traces_;
  ProcessTable table_;
  TaskTable tasks_{table_};
  Tallies tallies_;
  DomainTable domains_;
  EventLogBuffer log_;
  RingMerger merger_;
  ProcessTree tree_;
  EventTally events_;
  SessionPage page_;
  Watcher watcher_;
  RingMerger::Sink sink_;

  Header header_;
  RecordResult result_;
  TimelineCutter timeline_{tallies_};
  TreeSampler sampler_{clock_};
  BatchMaker batches_{{clock_, traces_, table_, tasks_, tallies_, domains_, merger_, tree_, events_,
                       timeline_, sampler_, log_}};
  ProgramWords words_{
      tallies_,
      tree_,
      {[this](const TrackedProcess& process, const std::string& name) { set_mark(process, name); },
       [this](int file, std::uint64_t ticket) { return put_copy(file, ticket); }}};
  bool root_has_ended_ = false;
  Nanoseconds root_end_{0};
  std::optional<Nanoseconds> over_since_;  // all that are known have ended
  bool background_told_ = false;
  int mark_signals_ = 0;  // that came
  Foreground foreground_;
  bool is_stopped_ = false;  // by the user, while background processes ran on
  Nanoseconds next_flush_{kFlushEvery};
  Nanoseconds last_batch_{0};
  Nanoseconds next_names_{0};
};

Recording::Recording(const RecordOptions& options)
    : options_(options),
      clock_(options.monotonic_clock),
      program_({options.command, options.preload, listener_.session()}),
      path_(options.output.empty() ? default_output(options.command.front(), program_.pid())
                                   : options.output),
      replaced_(path_, options.overwrite),
      store_(path_, options.overwrite),
      merger_(clock_.ticks_of(kSlack), clock_.ticks_of(kStuckAfter)),
      tree_(clock_, merger_, table_),
      events_(clock_, traces_, tasks_, tallies_, domains_, tree_),
      watcher_({program_.pid(),
                options.follow,
                {.clock = clock_.kind(),
                 .drop_when_full = options.drop_when_full,
                 .verify_stacks = options.verify_stacks,
                 .follow_forks = options.follow,
                 .starts_stopped = options.starts_stopped,
                 .marks_exit = options.marks_exit}},
               listener_, signals_, page_, clock_),
      sink_([this](std::span<const MergedEvent> events) { apply(events); }) {
  tree_.connect(watcher_, events_);
  if (options.starts_stopped) tree_.begin_stopped();
  if (options.snapshot_every.count() != 0) {
    timeline_.mark_every(options.snapshot_every, "snapshot", ProcessId{0});
  }
  header_ = header_of_start(options.command, clock_);
  header_.has_log = options_.log;
  if (options_.log) events_.log_to(&log_);
  events_.on_time([this](Nanoseconds now) { advance_timeline(now); }, timeline_.end());
  events_.on_mark(
      [this](const TrackedProcess& process, const std::string& name) { set_mark(process, name); });
  events_.on_word([this](TrackedProcess& process, std::uint32_t lane, const PendingNote& note) {
    words_.take(process, lane, note);
  });
}

void Recording::apply(std::span<const MergedEvent> events) {
  events_.apply(events);
  if (log_.has_many()) put_batch();
}

void Recording::advance_timeline(Nanoseconds now) {
  timeline_.advance(now);
  events_.begin_generation(timeline_.latest_mark());
  events_.call_at(timeline_.end());
  // What still comes late is tallied in the bucket that has begun now.
  events_.not_before(now);
}

void Recording::set_mark(const TrackedProcess& process, const std::string& name) {
  timeline_.mark(name, process.row, events_.last_time());
  events_.begin_generation(timeline_.latest_mark());
  events_.call_at(timeline_.end());
}

// All that was stamped before is still to be tallied first; what was tallied already is before it.
void Recording::set_mark_from_outside(std::int32_t pid, std::string name, std::uint64_t stamp) {
  if (!tree_.has_begun()) return;
  const Nanoseconds time =
      std::max(clock_.since_start(stamp), events_.last_time() + Nanoseconds{1});
  timeline_.mark_at(std::move(name), tree_.row_of(pid), time);
  events_.call_at(timeline_.end());
}

void Recording::housekeeping() {
  const Nanoseconds now = clock_.elapsed();
  const Nanoseconds drained = clock_.since_start(merger_.drained_until());
  if (tree_.has_begun() && drained >= timeline_.end()) advance_timeline(drained);
  // Before its first image the child is still a copy of this process.
  if (tree_.has_begun() && sampler_.is_due(now)) {
    sampler_.sample(now, tree_.running(), program_.pid());
  }
  if (now >= next_names_) {
    for (const auto& [number, family] : tree_.families()) events_.refresh_thread_names(*family);
    next_names_ = now + kNamesEvery;
  }
  // Files of modules are opened soon, while the process is there and they are not deleted.
  const bool has_modules = batches_.has_new_modules() && now >= last_batch_ + kModulesEvery;
  if (now >= next_flush_ || has_modules) put_batch();
  if (now >= next_flush_) {
    clock_.adjust();
    tree_.free_dead_claims();
    next_flush_ = now + kFlushEvery;
  }
}

void Recording::put_batch(std::vector<CopyOrder> copies) {
  if (!result_.failure.empty()) {
    log_.take();
    return;
  }
  last_batch_ = clock_.elapsed();
  try {
    Batch batch = batches_.take(batches_.header_now(header_));
    batch.copies = std::move(copies);
    store_.put(std::move(batch));
  } catch (const std::exception& error) {
    // The program is not to suffer: its rings are drained to the end.
    fail(error);
  }
}

// Of all up to this moment. False: nothing is written any more.
bool Recording::put_copy(int file, std::uint64_t ticket) {
  if (!result_.failure.empty()) {
    close(file);
    return false;
  }
  std::vector<CopyOrder> copies;
  copies.push_back({file, ticket, batches_.ending(header_)});
  put_batch(std::move(copies));
  return result_.failure.empty();
}

void Recording::answer_copies() {
  if (!words_.has_open_copies()) return;
  words_.copied(store_.take_copied());
  if (!result_.failure.empty()) words_.give_up_copies();
}

// Why the recording is not whole, in words for the user.
void Recording::fail(const std::exception& error) {
  result_.failure = error.what();
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    result_.failure = Error(path_.string(), "ends early, because memory ran out",
                            "raise the limit (ulimit -v), or free some")
                          .what();
  }
  require_file();
}

void Recording::require_file() {
  std::error_code problem;
  if (std::filesystem::exists(path_, problem)) return;
  result_.failure =
      Error(path_.string(), "was removed while it was written", "record to a folder that stays")
          .what();
}

void Recording::take_signal(const Occurrence& occurrence) {
  const signalfd_siginfo& signal = occurrence.signal;
  if (static_cast<int>(signal.ssi_signo) == options_.mark_signal) {
    return set_mark_from_outside(program_.pid(), fmt::format("signal {}", ++mark_signals_),
                                 occurrence.stamp);
  }
  if (root_has_ended_) {
    // Only background processes are left: what is to stop is the recording, not they.
    constexpr std::uint32_t kStops[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    is_stopped_ |= std::ranges::find(kStops, signal.ssi_signo) != std::end(kStops);
    return;
  }
  if (!came_from_terminal(signal)) kill(program_.pid(), static_cast<int>(signal.ssi_signo));
}

void Recording::take_occurrences() {
  for (Occurrence& occurrence : watcher_.take()) {
    switch (occurrence.kind) {
      case Occurrence::Kind::kImage:
        sampler_.begin(clock_.since_start(occurrence.stamp), occurrence.use);
        tree_.image_arrived(occurrence);
        break;
      case Occurrence::Kind::kNotFollowed:
        tree_.not_followed(occurrence);
        break;
      case Occurrence::Kind::kEnd:
        tree_.ended(occurrence);
        if (occurrence.pid == program_.pid()) {
          root_has_ended_ = true;
          root_end_ = clock_.elapsed();
        }
        break;
      case Occurrence::Kind::kSignal:
        take_signal(occurrence);
        break;
      case Occurrence::Kind::kMark:
        set_mark_from_outside(occurrence.pid, std::move(occurrence.text), occurrence.stamp);
        break;
    }
  }
}

// Sleeps until a ring has much to drain, something happened, or for `duration`.
void Recording::nap(Nanoseconds duration) {
  page_.lie_down();
  if (!merger_.has_backlog(kBacklog) && !watcher_.has_any()) page_.nap(duration);
  page_.get_up();
}

void Recording::loop() {
  Nanoseconds duration = kShortestNap;
  while (true) {
    // Read first: what arrives from here on stamps nothing earlier.
    const std::uint64_t now = clock_.now();
    take_occurrences();
    tree_.find_forked();
    const std::size_t events = merger_.drain(now, sink_);
    tree_.settle_execs(merger_.drained_until(),
                       merger_.drained_until() - clock_.ticks_of(kExecTime));
    batches_.collect_sources();
    tree_.finish_ended(merger_.drained_until());
    housekeeping();
    answer_copies();
    if (root_has_ended_ && !somebody_comes()) return;
    if (is_stopped_) return;
    if (root_has_ended_) notice_background();
    duration = events != 0 ? kShortestNap : std::min(duration * 2, kLongestNap);
    if (words_.has_open_copies()) duration = std::min(duration, kNapWithCopy);
    if (merger_.has_backlog(kBacklog) || watcher_.has_any()) continue;
    if (events >= kManyEvents) {
      std::this_thread::sleep_for(kBusyNap);
    } else {
      nap(duration);
    }
  }
}

// Who was started without a fork that was seen, just before the last process ended, is on the way
// from its exec to the handshake.
bool Recording::somebody_comes() {
  if (!tree_.is_over(merger_.drained_until(), options_.follow)) {
    over_since_.reset();
    return true;
  }
  const Nanoseconds now = clock_.elapsed();
  if (!over_since_.has_value()) over_since_ = now;
  if (!options_.follow || now >= *over_since_ + kStartTime) return false;
  switch (look_for_newcomers(program_.pid(), listener_.session())) {
    case Newcomers::kSome:
      return true;
    case Newcomers::kUnclear:
      return now < *over_since_ + kLoadTime;
    default:
      // It may have come, and ended, in the meantime.
      return watcher_.has_any();
  }
}

// The program runs to its end as it would alone, and still gets its signals.
void Recording::loop_unrecorded() {
  page_.leave();
  while (!root_has_ended_) {
    for (const Occurrence& occurrence : watcher_.take()) {
      root_has_ended_ |=
          occurrence.kind == Occurrence::Kind::kEnd && occurrence.pid == program_.pid();
      if (occurrence.kind == Occurrence::Kind::kSignal) take_signal(occurrence);
    }
    nap(kLongestNap);
  }
}

// The program has ended, but processes that it started run on.
void Recording::notice_background() {
  if (background_told_ || clock_.elapsed() < root_end_ + kBackgroundAfter) return;
  background_told_ = true;
  foreground_.take();
  if (options_.on_background) options_.on_background(tree_.running());
}

void Recording::finish_recording() {
  if (!result_.failure.empty()) return;
  try {
    Batch last = batches_.take(header_);
    last.header.complete = true;
    last.totals = tallies_.totals([this](TaskId id) {
      const Task& task = tasks_.task(id);
      return task.domain == kHeapDomain ? tree_.peak_number(task.process)
                                        : std::optional(domains_.tally(task.domain).peak_number);
    });
    last.survivors = tallies_.survivors();
    store_.finish(std::move(last), options_.progress);
  } catch (const std::exception& error) {
    return fail(error);
  }
  // Writing to a file that is gone succeeds.
  require_file();
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
  // So that a file that ends early tells of what it is.
  put_batch();
  try {
    loop();
  } catch (const std::bad_alloc& error) {
    fail(error);
    loop_unrecorded();
  }
  page_.leave();
  result_.exit_status = program_.wait();
  // A mark is of a process.
  if (tree_.has_begun()) timeline_.advance(clock_.elapsed());
  timeline_.close(clock_.elapsed());
  // As in the timeline, what is live now stays so.
  events_.log_to(nullptr);
  batches_.collect_sources();
  tree_.finish();
  header_ = batches_.header_now(header_);
  header_.peak_rss = std::max<std::uint64_t>(header_.peak_rss, program_.peak_rss());
  header_.cpu = program_.cpu();
  header_.exit_status = result_.exit_status;
  const ShimCounts shim = tree_.counts();
  result_.was_recorded = shim.any_ready;
  result_.processes = table_.processes();
  result_.verified_stacks = shim.verified_stacks;
  result_.wrong_stacks = shim.wrong_stacks;
  result_.differences = events_.differences();
  result_.header = header_;
  if (!result_.was_recorded) result_.not_recorded = tree_.why_not_recorded(program_.pid());
  finish_recording();
  return std::move(result_);
}

}  // namespace

RecordResult record(const RecordOptions& options) { return Recording(options).run(); }

}  // namespace heaptally
