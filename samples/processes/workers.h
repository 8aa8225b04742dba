// Worker processes: each is forked, does a part of the work, and tells its parent what it found.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>

#include "samples/processes/table.h"
#include "samples/support/sample.h"

namespace samples {

constexpr unsigned kWorkers = 4;

// What a worker sends to its parent.
struct Found {
  Answer answer;
  std::uint64_t bytes;  // of the one block that it allocated
};

// Purpose: a worker as its parent and the worker itself see it, joined by a socket pair.
// Owner: the parent must call finish() once it has forked.
class Worker {
 public:
  // As fork: true in the new process.
  bool is_forked();

  // In the worker: sends, and returns when the parent lets it go.
  void send(const Found& found) const;

  // In the parent: false if the worker ended before it sent anything.
  bool receive(Found& found) const;
  // Lets it go and waits for its end. Its exit status, or 128 + signal, as a shell has it.
  int finish() const;

  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  int socket_ = -1;  // this process's end
};

// Does part `number`, from 1, in the worker; returns its exit status. What it allocates it holds
// until it is let go, so that each run of a program has the same peak.
int work(const Numbers& table, unsigned number, const Worker& self);

// Names the process for those who look at it: worker-1.
void name_worker(unsigned number);

// What the parent makes of what its workers found.
class Results {
 public:
  explicit Results(const Numbers& table);

  void receive(unsigned number, const Worker& worker);
  // Tells on stderr of a worker that failed, and remembers its exit status.
  void finish(unsigned number, const Worker& worker);

  // Says what is known of the workers, and the answer, unless one of them failed: what the
  // others found is none. Returns main's status, which is that of the first one that failed.
  int report();

 private:
  std::uint64_t count_;
  std::uint64_t table_bytes_;
  Answer answer_;
  std::array<pid_t, kWorkers> pids_{};
  std::array<std::uint64_t, kWorkers> bytes_{};
  OwnTally own_;  // of all processes together
  int status_ = 0;
};

// Of workers that run at the same time: receives from all of them, then lets all of them go, and
// returns what Results::report does.
int collect(const Numbers& table, const std::array<Worker, kWorkers>& workers);

}  // namespace samples
