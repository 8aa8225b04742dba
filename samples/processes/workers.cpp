#include "samples/processes/workers.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace samples {

bool Worker::is_forked() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0 || (pid_ = fork()) < 0) {
    std::perror("worker");
    std::exit(EXIT_FAILURE);
  }
  const bool is_child = pid_ == 0;
  // The end of the worker is its alone, so that its parent sees when it is gone.
  close(ends[is_child ? 0 : 1]);
  socket_ = ends[is_child ? 1 : 0];
  return is_child;
}

void Worker::send(const Found& found) const {
  char go = 0;
  if (write(socket_, &found, sizeof found) != sizeof found || read(socket_, &go, 1) < 0) {
    std::perror("worker");
    std::exit(EXIT_FAILURE);
  }
}

bool Worker::receive(Found& found) const {
  return read(socket_, &found, sizeof found) == sizeof found;
}

int Worker::finish() const {
  shutdown(socket_, SHUT_WR);  // what the worker waits for in send()
  close(socket_);
  int status = 0;
  if (waitpid(pid_, &status, 0) != pid_) return EXIT_FAILURE;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void name_worker(unsigned number) {
  char name[16];
  std::snprintf(name, sizeof name, "worker-%u", number);
  pthread_setname_np(pthread_self(), name);
}

int work(const Numbers& table, unsigned number, const Worker& self) {
  name_worker(number);
  const Numbers part = sorted_part(table, range_of(number, kWorkers, table.size()));
  self.send({.answer = different_numbers(part), .bytes = bytes_of(part)});
  return EXIT_SUCCESS;
}

Results::Results(const Numbers& table) : count_(table.size()), table_bytes_(bytes_of(table)) {
  own_.allocated(table_bytes_);
}

void Results::receive(unsigned number, const Worker& worker) {
  Found found{};
  pids_[number - 1] = worker.pid();
  if (!worker.receive(found)) return;  // finish() tells why
  answer_.different += found.answer.different;
  answer_.sum += found.answer.sum;
  bytes_[number - 1] = found.bytes;
  own_.allocated(found.bytes);
}

void Results::finish(unsigned number, const Worker& worker) {
  const int status = worker.finish();
  own_.freed(bytes_[number - 1]);
  if (status == EXIT_SUCCESS) return;
  std::fprintf(stderr, "worker %u (PID %d) failed with status %d\n", number, worker.pid(), status);
  if (status_ == EXIT_SUCCESS) status_ = status;
}

int Results::report() {
  const bool is_answer = status_ == EXIT_SUCCESS;
  if (is_answer) {
    say("numbers", count_);
    say("different", answer_.different);
    say("sum", answer_.sum);
  }
  say("table_bytes", table_bytes_);
  for (unsigned i = 0; i < kWorkers; ++i) {
    const std::string number = std::to_string(i + 1);
    say("pid_" + number, static_cast<std::uint64_t>(pids_[i]));
    if (bytes_[i] != 0) say("bytes_" + number, bytes_[i]);  // it told
  }
  if (!is_answer) return status_;
  own_.freed(table_bytes_);  // as main returns
  say(own_);
  return finished();
}

int collect(const Numbers& table, const std::array<Worker, kWorkers>& workers) {
  Results results(table);
  for (unsigned number = 1; number <= kWorkers; ++number) {
    results.receive(number, workers[number - 1]);
  }
  for (unsigned number = 1; number <= kWorkers; ++number) {
    results.finish(number, workers[number - 1]);
  }
  return results.report();
}

}  // namespace samples
