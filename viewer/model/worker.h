// Worker: answers questions beside the window, so that no frame waits for one.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace heaptally::view {

// Purpose: one thread that does jobs in the order they came. A job of a slot takes the place of
//   that slot's job which still waits: nobody wants the older answer any more.
// Threads: submit(), is_idle() and wait() from one thread; jobs run on the worker's own, one at a
//   time, so that what is read by one at a time (a file) may be read by jobs.
// Lifetime: the destructor drops what waits, and waits for the job that runs.
class Worker {
 public:
  // `wake` is called on the worker's thread after each job, to have a new frame drawn.
  explicit Worker(std::function<void()> wake = {});
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void submit(const void* slot, std::function<void()> job);
  // Nothing waits, nothing runs.
  bool is_idle() const;
  // Until it is idle.
  void wait();

 private:
  void run();

  std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<const void*, std::function<void()>>> jobs_;
  bool runs_ = false;
  bool stops_ = false;
  std::thread thread_;
};

// Purpose: the answer to the last question of one kind. While a new question is being answered the
//   answer to the one before is still shown, so that nothing flickers.
// Threads: that of the window.
template <class Question, class Answer>
class Slot {
 public:
  struct Shown {
    std::shared_ptr<const Answer> answer;  // null: there is none yet, or there was a problem
    std::string problem;                   // why there is none
    bool is_current = false;               // of the question just asked
    Question question{};                   // that was answered

    explicit operator bool() const { return answer != nullptr; }
    const Answer* operator->() const { return answer.get(); }
    const Answer& operator*() const { return *answer; }
  };

  // `compute(question)` runs on the worker; it must hold all that it uses, by shared pointers. What
  // it throws becomes the problem.
  template <class Compute>
  Shown ask(Worker& worker, const Question& question, Compute compute) {
    if (!asked_ || !(*asked_ == question)) {
      asked_ = question;
      worker.submit(this, [state = state_, question, compute = std::move(compute)] {
        Shown shown{.answer = nullptr, .problem = {}, .is_current = true, .question = question};
        try {
          shown.answer = std::make_shared<const Answer>(compute(question));
        } catch (const std::exception& error) {
          shown.problem = error.what();
        }
        const std::lock_guard lock(state->mutex);
        state->shown = std::move(shown);
      });
    }
    const std::lock_guard lock(state_->mutex);
    Shown shown = state_->shown;
    shown.is_current = shown.is_current && shown.question == question;
    return shown;
  }

  // The next question is answered anew, as after another recording was opened.
  void forget() {
    asked_.reset();
    state_ = std::make_shared<State>();
  }

 private:
  struct State {
    std::mutex mutex;
    Shown shown;
  };

  std::optional<Question> asked_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace heaptally::view
