// Session: this process's tie to its collector.
#pragma once

#include <atomic>
#include <cstdint>

#include "preload/growing_view.h"
#include "preload/loader.h"
#include "preload/system.h"
#include "wire/handshake.h"
#include "wire/layout.h"

namespace heaptally::preload {

enum class Stage : std::uint32_t {
  kEarly,      // before the constructor: events go to the early log
  kRecording,  // hooks record
  kStopped,    // the program asked for no more: frees are recorded, allocations are not
  kOff,        // hooks pass everything through
};

// Finds the session in the environment and begins the handshake. -1: there is none, or nobody to
// answer. heaptally takes some time for its answer, in which its caller can do something else.
int call_collector(char** environment);

// One ring buffer pair in the shared memory; only its address matters.
struct LaneBuffers {
  wire::Event main[wire::kRingSlots];
  wire::Event nested[wire::kNestedRingSlots];
};
static_assert(sizeof(LaneBuffers) == wire::kLaneBytes);

// Purpose: holds the views of the shared memory and the configuration in it.
// Threads: connect() once, before there are threads; everything else from any.
class Session {
 public:
  // Finishes the handshake that `socket` has begun, maps the memory and closes every descriptor.
  // False: this process is not recorded.
  bool connect(int socket);

  // Hooks record from now on; published to the collector.
  void start();

  Stage stage() const { return stage_.load(std::memory_order_relaxed); }
  // Whether the rings are in use: kRecording or kStopped.
  bool is_connected() const {
    return static_cast<std::uint32_t>(stage()) - static_cast<std::uint32_t>(Stage::kRecording) < 2;
  }
  // From one stage to the other. False: it was in neither of them.
  bool change(Stage from, Stage to) {
    return stage_.compare_exchange_strong(from, to, std::memory_order_relaxed);
  }
  void stop() { stage_.store(Stage::kOff, std::memory_order_relaxed); }

  // Whether what happens here is to be recorded: in the process that connected, and in one
  // forked from it, in which the kernel has wiped the page, once it has a process block.
  bool in_own_process() {
    if (own_process_->load(std::memory_order_relaxed) == kOwnProcess) [[likely]]
      return true;
    return enter_forked_process();
  }

  // Whether this is a forked child that has not noticed it yet: a signal handler forked in the
  // midst of a hook, whose ring is the parent's.
  bool is_unnoticed_fork() const {
    return own_process_->load(std::memory_order_relaxed) != kOwnProcess;
  }

  // The counter's order against what other threads do matters only where there are any; waiting
  // for all earlier instructions doubles what it costs.
  std::uint64_t now() const {
    if (!use_time_stamp_counter_) [[unlikely]]
      return monotonic_nanoseconds();
    return is_single_threaded() ? read_time_stamp_counter_early() : read_time_stamp_counter();
  }
  // A thread is about to record; more than one, ever, and stamps are ordered.
  void note_thread() { threads_.fetch_add(1, std::memory_order_relaxed); }
  bool marks_exit() const { return header_->marks_exit != 0; }
  bool drop_when_full() const { return header_->drop_when_full != 0; }
  std::uint32_t max_depth() const { return max_depth_; }
  bool verifies_stacks() const { return verify_stacks_; }
  std::uint32_t pid() const { return pid_; }

  void wake_collector() {
    if (page_->sleeping.load(std::memory_order_relaxed) == 0) return;
    if (page_->sleeping.exchange(0, std::memory_order_acq_rel) != 0) futex_wake(&page_->sleeping);
  }
  // The number of a question to the collector: no two of this memory have the same.
  std::uint32_t next_question() {
    return header_->questions.fetch_add(1, std::memory_order_relaxed) + 1;
  }
  // False once the collector has died or left: nobody will ever drain the rings.
  bool collector_is_there();

  // Before system calls are given up: maps what may be needed. False: nothing can be recorded
  // without them.
  bool prepare_for_filter();

  // Once a thread has waited for the collector in vain, no other one does, nor do children: a
  // program of many short threads would else wait anew in each. Until a full ring was drained.
  bool has_waited_in_vain() const { return waited_in_vain_.load(std::memory_order_relaxed); }
  void give_up_waiting() { waited_in_vain_.store(true, std::memory_order_relaxed); }
  void collector_drains_again() { waited_in_vain_.store(false, std::memory_order_relaxed); }

  std::uint32_t process() const { return process_; }  // the index of the process block
  wire::ProcessBlock& block() { return *block_; }
  wire::Counters& counters() { return block_->counters; }
  // How many forks lie between the process that connected and this one.
  std::uint32_t forks() const { return forks_; }

  wire::Header& header() { return *header_; }
  GrowingView<wire::Lane>& lanes() { return lanes_; }
  GrowingView<wire::ModuleRecord>& modules() { return modules_; }
  GrowingView<wire::TraceNode>& nodes() { return nodes_; }
  GrowingView<LaneBuffers>& buffers() { return buffers_; }

 private:
  static constexpr std::uint32_t kOwnProcess = 1;
  static constexpr std::uint32_t kEntering = 2;

  bool is_single_threaded() const {
    return *g_loader.is_single_threaded && threads_.load(std::memory_order_relaxed) < 2;
  }
  bool map(int memory, int page);
  bool make_fork_detector();
  bool enter_forked_process();
  bool claim_block(std::uint32_t parent);

  std::atomic<Stage> stage_ = Stage::kEarly;
  std::atomic<bool> waited_in_vain_ = false;
  std::atomic<std::uint32_t> threads_ = 0;
  bool use_time_stamp_counter_ = false;
  bool verify_stacks_ = false;
  std::uint32_t max_depth_ = 0;
  std::uint32_t pid_ = 0;
  std::uint32_t process_ = 0;
  std::uint32_t forks_ = 0;
  wire::ProcessBlock* block_ = nullptr;
  std::atomic<std::uint32_t>* own_process_ = nullptr;  // on a MADV_WIPEONFORK page
  wire::Header* header_ = nullptr;
  wire::SessionPage* page_ = nullptr;
  GrowingView<wire::ProcessBlock> processes_;
  GrowingView<wire::Lane> lanes_;
  GrowingView<wire::ModuleRecord> modules_;
  GrowingView<wire::TraceNode> nodes_;
  GrowingView<LaneBuffers> buffers_;
};

extern Session g_session;

}  // namespace heaptally::preload
