#include "core/collect/task_table.h"

#include <gtest/gtest.h>

namespace heaptally {
namespace {

Process a_process(std::int32_t pid) {
  Process process;
  process.pid = pid;
  process.command = "/bin/program --with arguments";
  return process;
}

TEST(TaskTable, ThreadsBeyondTheLimitFoldByName) {
  ProcessTable processes;
  processes.begin(a_process(1), "program");
  TaskTable tasks(processes);
  for (std::int32_t i = 0; i < 256; ++i) tasks.begin(ProcessId{0}, "program", 100 + i, "worker");
  const TaskId pool = tasks.begin(ProcessId{0}, "program", 1000, "pool");
  EXPECT_EQ(tasks.begin(ProcessId{0}, "program", 1001, "pool"), pool);
  EXPECT_EQ(tasks.task(pool).threads, 2u);
  EXPECT_EQ(tasks.task(pool).tid, 1000);
  EXPECT_NE(tasks.begin(ProcessId{0}, "program", 1002, "other"), pool);
  EXPECT_EQ(tasks.threads(), 259u);
}

TEST(TaskTable, TheNumberOfTasksIsBounded) {
  ProcessTable processes;
  processes.begin(a_process(1), "program");
  TaskTable tasks(processes);
  TaskId last{};
  for (std::int32_t i = 0; i < 10'000; ++i) {
    last = tasks.begin(ProcessId{0}, "program", i, "name" + std::to_string(i));
  }
  EXPECT_LE(index_of(last), TaskTable::kMaxIndividual + TaskTable::kMaxFolded);
  EXPECT_EQ(tasks.task(last).name, "(other threads)");
}

TEST(TaskTable, ATaskOfSeveralProcessesBelongsToTheirFoldedRow) {
  ProcessTable processes;
  for (std::int32_t pid = 1; pid <= 3; ++pid) processes.begin(a_process(pid), "program");
  TaskTable tasks(processes);
  for (std::int32_t i = 0; i < 256; ++i) tasks.begin(ProcessId{0}, "program", i, "worker");
  const TaskId task = tasks.begin(ProcessId{1}, "program", 1000, "worker");
  EXPECT_EQ(tasks.task(task).process, ProcessId{1});
  EXPECT_EQ(tasks.begin(ProcessId{2}, "program", 1001, "worker"), task);
  EXPECT_FALSE(processes.is_individual(tasks.task(task).process));
  EXPECT_EQ(processes.row(tasks.task(task).process).command, "program");
  EXPECT_NE(tasks.begin(ProcessId{2}, "other", 1002, "worker"), task);
}

TEST(TaskTable, AThreadHasATaskInEachDomain) {
  ProcessTable processes;
  processes.begin(a_process(1), "program");
  TaskTable tasks(processes);
  const TaskId heap = tasks.begin(ProcessId{0}, "program", 100, "worker");
  const TaskId other = tasks.begin(ProcessId{0}, "program", 101, "other");
  const TaskId mapped = tasks.in_domain(heap, kMappedDomain);
  EXPECT_NE(mapped, heap);
  EXPECT_EQ(tasks.in_domain(heap, kMappedDomain), mapped);
  EXPECT_NE(tasks.in_domain(heap, DomainId{3}), mapped);
  EXPECT_NE(tasks.in_domain(other, kMappedDomain), mapped);
  EXPECT_EQ(tasks.task(mapped).domain, kMappedDomain);
  EXPECT_EQ(tasks.task(mapped).heap_task, heap);
  EXPECT_EQ(tasks.task(mapped).tid, 100);
  tasks.take_changed();
  tasks.rename(heap, "renamed");
  EXPECT_EQ(tasks.task(mapped).name, "renamed");
  EXPECT_EQ(tasks.take_changed().size(), 3u);
  EXPECT_EQ(tasks.threads(), 2u);
}

TEST(TaskTable, TasksInDomainsTakeNoPlaceOfThreads) {
  ProcessTable processes;
  processes.begin(a_process(1), "program");
  TaskTable tasks(processes);
  TaskId folded{};
  for (std::int32_t i = 0; i < 300; ++i) {
    const TaskId heap = tasks.begin(ProcessId{0}, "program", i, "worker");
    EXPECT_EQ(tasks.is_individual(heap), i < 256) << i;
    tasks.in_domain(heap, kMappedDomain);
    if (i >= 256) folded = heap;
  }
  EXPECT_EQ(tasks.task(folded).threads, 300u - 256u);
  // The threads that came later, too.
  EXPECT_EQ(tasks.task(tasks.in_domain(folded, kMappedDomain)).threads, 300u - 256u);
}

TEST(TaskTable, BeyondTheLimitTasksOfADomainAreOne) {
  ProcessTable processes;
  processes.begin(a_process(1), "program");
  TaskTable tasks(processes);
  TaskId last{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    const TaskId heap =
        tasks.begin(ProcessId{0}, "program", static_cast<std::int32_t>(i), "worker");
    for (std::uint32_t domain = 1; domain <= 100; ++domain) {
      last = tasks.in_domain(heap, DomainId{domain});
      EXPECT_EQ(tasks.task(last).domain, DomainId{domain});
    }
  }
  EXPECT_LE(index_of(last), 256 + TaskTable::kMaxInDomains + 100);
  EXPECT_EQ(tasks.task(last).name, "(other threads)");
  EXPECT_EQ(tasks.task(last).heap_task, std::nullopt);
}

TEST(ProcessTable, BeyondTheLimitProcessesOfAProgramShareARow) {
  ProcessTable processes;
  for (std::int32_t pid = 1; pid <= 4096; ++pid) {
    EXPECT_TRUE(processes.is_individual(processes.begin(a_process(pid), "program")));
  }
  const ProcessId shared = processes.begin(a_process(5000), "program");
  EXPECT_FALSE(processes.is_individual(shared));
  EXPECT_EQ(processes.begin(a_process(5001), "program"), shared);
  EXPECT_EQ(processes.row(shared).processes, 2u);
  EXPECT_NE(processes.begin(a_process(5002), "other"), shared);
  EXPECT_EQ(processes.processes(), 4099u);
  EXPECT_EQ(processes.take_changed().size(), 4098u);
  processes.change(shared).total += {1, 1};
  EXPECT_EQ(processes.take_changed().size(), 1u);
}

TEST(TaskTable, TellsWhatChanged) {
  ProcessTable processes;
  processes.begin(a_process(1), "program");
  TaskTable tasks(processes);
  const TaskId a = tasks.begin(ProcessId{0}, "program", 1, "main");
  tasks.begin(ProcessId{0}, "program", 2, "io");
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
