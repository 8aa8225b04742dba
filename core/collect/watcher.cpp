#include "core/collect/watcher.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/collect/process_stats.h"

namespace heaptally {
namespace {

constexpr int kPollEvery = 20;  // ms, where there was no descriptor for a process
// What epoll's data says beside the pids of processes, which are above 0.
constexpr std::int64_t kListener = 0, kSignals = -1, kWake = -2;

int add(int epoll, int fd, std::int64_t data) {
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u64 = static_cast<std::uint64_t>(data);
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

// Of an eventfd: whoever wrote to it has been heard.
void set_back(int fd) {
  std::uint64_t times;
  [[maybe_unused]] const ssize_t bytes = read(fd, &times, sizeof(times));
}

// The status of a process that has ended, before or after its parent asked for it.
std::optional<int> status_of(std::int32_t pid, bool is_child) {
  if (!is_child) return zombie_status(pid);
  siginfo_t info = {};
  if (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT | WNOHANG) != 0 ||
      info.si_pid != pid) {
    return std::nullopt;
  }
  return info.si_code == CLD_EXITED ? (info.si_status & 0xff) << 8 : info.si_status & 0x7f;
}

// A zombie has ended, although there still is a process of that number.
bool has_ended(std::int32_t pid) {
  return (kill(pid, 0) != 0 && errno == ESRCH) || zombie_status(pid).has_value();
}

int duplicate(int fd) {
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw Error("shared memory", std::strerror(errno));
  return copy;
}

// What a program is handed; its first and last are the caller's to close.
Listener::Descriptors duplicates(const SharedMemory& memory, int page) {
  const int copy = duplicate(memory.fd());
  try {
    return {copy, page, duplicate(memory.tie())};
  } catch (const Error&) {
    close(copy);
    throw;
  }
}

}  // namespace

Watcher::Watcher(const WatcherOptions& options, Listener& listener, SignalQueue& signals,
                 SessionPage& page, const TickClock& clock)
    : options_(options), listener_(listener), signals_(signals), page_(page), clock_(clock) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (epoll_ < 0 || wake_ < 0 || add(epoll_, listener_.fd(), kListener) != 0 ||
      add(epoll_, signals_.fd(), kSignals) != 0 || add(epoll_, wake_, kWake) != 0) {
    throw Error("epoll", std::strerror(errno));
  }
  watch(options_.root);
  thread_ = std::thread([this] { run(); });
}

Watcher::~Watcher() {
  stops_.store(true, std::memory_order_relaxed);
  wake_thread();
  thread_.join();
  listener_.hang_up();
  for (const auto& [pid, fd] : watched_) {
    if (fd >= 0) close(fd);
  }
  close(wake_);
  close(epoll_);
}

void Watcher::wake_thread() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof(one));
}

void Watcher::put(Occurrence occurrence) {
  {
    const std::lock_guard lock(mutex_);
    occurrences_.push_back(std::move(occurrence));
  }
  has_any_.store(true, std::memory_order_release);
  page_.wake();
}

std::vector<Occurrence> Watcher::take() {
  const std::lock_guard lock(mutex_);
  has_any_.store(false, std::memory_order_relaxed);
  return std::exchange(occurrences_, {});
}

void Watcher::watch(std::int32_t pid) {
  int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0 && (errno == ESRCH || errno == EINVAL)) return put_end(pid);
  bool is_polled = false;
  {
    const std::lock_guard lock(mutex_);
    const auto [place, inserted] = watched_.try_emplace(pid, fd);
    if (!inserted) {
      if (fd >= 0) close(fd);
      return;
    }
    if (fd >= 0 && add(epoll_, fd, pid) != 0) {
      close(fd);
      place->second = fd = -1;
    }
    // Out of descriptors: it is looked at now and then.
    is_polled = fd < 0;
    if (is_polled) ++without_descriptor_;
  }
  if (is_polled) wake_thread();
}

void Watcher::put_end(std::int32_t pid) {
  Occurrence end;
  end.kind = Occurrence::Kind::kEnd;
  end.pid = pid;
  end.status = status_of(pid, pid == options_.root);
  end.stamp = clock_.now();
  put(std::move(end));
}

void Watcher::report_end(std::int32_t pid) {
  {
    const std::lock_guard lock(mutex_);
    const auto place = watched_.find(pid);
    if (place == watched_.end()) return;
    if (place->second >= 0) {
      // A forked copy of this process may have it open still.
      epoll_ctl(epoll_, EPOLL_CTL_DEL, place->second, nullptr);
      close(place->second);
    }
    watched_.erase(place);
  }
  put_end(pid);
}

void Watcher::poll_unwatched() {
  std::vector<std::int32_t> gone;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [pid, fd] : watched_) {
      if (fd < 0 && has_ended(pid)) gone.push_back(pid);
    }
  }
  without_descriptor_ -= gone.size();
  for (const std::int32_t pid : gone) report_end(pid);
}

void Watcher::take_signals() {
  signalfd_siginfo info;
  while (signals_.take(info)) {
    Occurrence occurrence;
    occurrence.kind = Occurrence::Kind::kSignal;
    occurrence.signal = info;
    occurrence.stamp = clock_.now();
    put(std::move(occurrence));
  }
}

void Watcher::take_mark(const Listener::Caller& caller) {
  if (caller.has_our_version) {
    Occurrence occurrence;
    occurrence.kind = Occurrence::Kind::kMark;
    occurrence.pid = caller.marked;
    occurrence.text = *caller.mark;
    occurrence.stamp = clock_.now();
    put(std::move(occurrence));
  }
  Listener::confirm_mark(caller);
}

// The caller waits for the answer, so all that is read of it here is of the program it runs now.
void Watcher::answer(const Listener::Caller& caller) {
  Occurrence occurrence;
  occurrence.kind = Occurrence::Kind::kNotFollowed;
  occurrence.pid = caller.pid;
  occurrence.parent_pid = parent_pid(caller.pid);
  occurrence.command = joined_command_line(caller.pid);
  occurrence.use = memory_use(caller.pid);
  std::optional<Listener::Descriptors> descriptors;
  if (!caller.gone.empty()) {
    occurrence.reason = caller.gone;
  } else if (!caller.has_our_version) {
    occurrence.reason = "its shim is of another version";
  } else if (caller.pid <= 0) {
    occurrence.reason = "it is in a PID namespace that heaptally does not see";
  } else if (caller.pid != options_.root && !options_.follow) {
    occurrence.reason = "--no-follow";
  } else {
    try {
      occurrence.memory = std::make_unique<SharedMemory>(options_.memory);
      // The collector's thread may be done with the memory before the program has it: the process
      // may be killed now.
      descriptors = duplicates(*occurrence.memory, page_.fd());
      occurrence.kind = Occurrence::Kind::kImage;
    } catch (const Error& error) {
      // The program runs on unrecorded, and the user is told.
      occurrence.memory.reset();
      occurrence.reason = error.what();
    }
  }
  occurrence.stamp = clock_.now();
  // The collector's thread knows of the image before the first event of it can be stamped.
  put(std::move(occurrence));
  // After that: it may have been killed meanwhile, which is to be heard of later.
  if (descriptors.has_value()) watch(caller.pid);
  if (caller.socket >= 0) Listener::welcome(caller, descriptors);
  if (!descriptors.has_value()) return;
  close(descriptors->front());
  close(descriptors->back());
}

void Watcher::run() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (!stops_.load(std::memory_order_relaxed)) {
    epoll_event events[64];
    const int count =
        epoll_wait(epoll_, events, std::size(events), without_descriptor_ == 0 ? -1 : kPollEvery);
    for (int i = 0; i < count; ++i) {
      switch (const auto what = static_cast<std::int64_t>(events[i].data.u64)) {
        case kWake:
          set_back(wake_);
          break;
        case kListener:
          listener_.for_each_caller([this](const Listener::Caller& caller) {
            caller.mark.has_value() ? take_mark(caller) : answer(caller);
          });
          break;
        case kSignals:
          take_signals();
          break;
        default:
          report_end(static_cast<std::int32_t>(what));
      }
    }
    if (without_descriptor_ != 0) poll_unwatched();
  }
}

}  // namespace heaptally
