// Worker and Slot: answers beside the window, the latest question first.
#include "viewer/model/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

namespace heaptally::view {
namespace {

TEST(Worker, DoesJobsOfSlotsInTheirOrder) {
  std::vector<int> done;
  const int first = 0;
  const int second = 0;
  Worker worker;
  worker.submit(&first, [&] { done.push_back(1); });
  worker.wait();
  worker.submit(&second, [&] { done.push_back(2); });
  worker.wait();
  EXPECT_EQ(done, (std::vector<int>{1, 2}));
  EXPECT_TRUE(worker.is_idle());
}

TEST(Worker, AWaitingJobGivesWayToTheNextOfItsSlot) {
  std::promise<void> gate;
  std::vector<int> done;
  const int busy = 0;
  const int slot = 0;
  Worker worker;
  worker.submit(&busy, [&] { gate.get_future().wait(); });
  worker.submit(&slot, [&] { done.push_back(1); });
  worker.submit(&slot, [&] { done.push_back(2); });
  EXPECT_FALSE(worker.is_idle());
  gate.set_value();
  worker.wait();
  EXPECT_EQ(done, (std::vector<int>{2}));
}

TEST(Worker, WakesAfterEachJob) {
  std::atomic<int> wakes = 0;
  const int slot = 0;
  {
    Worker worker([&] { ++wakes; });
    worker.submit(&slot, [] {});
    worker.wait();
    worker.submit(&slot, [] {});
    worker.wait();
  }
  EXPECT_EQ(wakes, 2);
}

TEST(Slot, ShowsTheAnswerBeforeUntilTheNextIsThere) {
  Worker worker;
  Slot<int, int> slot;
  const auto doubled = [](int question) { return 2 * question; };
  EXPECT_FALSE(slot.ask(worker, 4, doubled).is_current);
  worker.wait();
  EXPECT_EQ(*slot.ask(worker, 4, doubled), 8);
  EXPECT_TRUE(slot.ask(worker, 4, doubled).is_current);

  std::promise<void> gate;
  const int busy = 0;
  worker.submit(&busy, [&] { gate.get_future().wait(); });
  const auto shown = slot.ask(worker, 5, doubled);
  ASSERT_TRUE(shown);
  EXPECT_EQ(*shown, 8);
  EXPECT_FALSE(shown.is_current);
  gate.set_value();
  worker.wait();
  EXPECT_EQ(*slot.ask(worker, 5, doubled), 10);
}

TEST(Slot, AnErrorBecomesTheProblem) {
  Worker worker;
  Slot<int, int> slot;
  const auto refuse = [](int) -> int { throw std::runtime_error("no such thread"); };
  slot.ask(worker, 1, refuse);
  worker.wait();
  const auto shown = slot.ask(worker, 1, refuse);
  EXPECT_FALSE(shown);
  EXPECT_EQ(shown.problem, "no such thread");
}

TEST(Slot, AnswersAnewAfterItForgot) {
  Worker worker;
  Slot<int, int> slot;
  int calls = 0;
  const auto count = [&](int) { return ++calls; };
  slot.ask(worker, 1, count);
  worker.wait();
  slot.forget();
  EXPECT_FALSE(slot.ask(worker, 1, count));
  worker.wait();
  EXPECT_EQ(*slot.ask(worker, 1, count), 2);
}

}  // namespace
}  // namespace heaptally::view
