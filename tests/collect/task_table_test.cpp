#include "core/collect/task_table.h"

#include <gtest/gtest.h>

namespace heaptally {
namespace {

TEST(TaskTable, ThreadsBeyondTheLimitFoldByName) {
  TaskTable tasks;
  for (std::int32_t i = 0; i < 256; ++i) tasks.begin(ProcessId{0}, 100 + i, "worker");
  const TaskId pool = tasks.begin(ProcessId{0}, 1000, "pool");
  EXPECT_EQ(tasks.begin(ProcessId{0}, 1001, "pool"), pool);
  EXPECT_EQ(tasks.task(pool).threads, 2u);
  EXPECT_EQ(tasks.task(pool).tid, 1000);
  EXPECT_NE(tasks.begin(ProcessId{0}, 1002, "other"), pool);
  EXPECT_EQ(tasks.threads(), 259u);
}

TEST(TaskTable, TheNumberOfTasksIsBounded) {
  TaskTable tasks;
  TaskId last{};
  for (std::int32_t i = 0; i < 10'000; ++i) {
    last = tasks.begin(ProcessId{0}, i, "name" + std::to_string(i));
  }
  EXPECT_LE(index_of(last), TaskTable::kMaxIndividual + TaskTable::kMaxFolded);
  EXPECT_EQ(tasks.task(last).name, "(other threads)");
}

TEST(TaskTable, TellsWhatChanged) {
  TaskTable tasks;
  const TaskId a = tasks.begin(ProcessId{0}, 1, "main");
  tasks.begin(ProcessId{0}, 2, "io");
  EXPECT_EQ(tasks.take_changed().size(), 2u);
  tasks.rename(a, "main");
  EXPECT_TRUE(tasks.take_changed().empty());
  tasks.rename(a, "server");
  const std::vector<Task> changed = tasks.take_changed();
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].name, "server");
}

}  // namespace
}  // namespace heaptally
