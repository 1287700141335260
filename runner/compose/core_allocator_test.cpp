#include "runner/compose/core_allocator.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace hermetric {
namespace {

/// `nodes` nodes of two cores of one thread each.
CoreMap machine(unsigned nodes) {
  CoreMap map;
  for (unsigned cpu = 0; cpu < 2 * nodes; ++cpu)
    map.cores.push_back({.cpus = {cpu}, .node = cpu / 2, .package = cpu / 2});
  for (unsigned node = 0; node < nodes; ++node) map.memory_nodes.insert(node);
  return map;
}

TEST(CoreAllocator, HandsOutEachCoreOnceAndTakesItBack) {
  CoreAllocator cores(machine(1));
  auto first = cores.take(1);
  const auto second = cores.take(1);
  ASSERT_TRUE(first && second);
  EXPECT_EQ((*first)->placement(), (CorePlacement{"0", "0"}));
  EXPECT_EQ((*second)->placement(), (CorePlacement{"1", "0"}));
  first->reset();
  EXPECT_EQ((*cores.take(1))->placement().cpus, "0");
}

TEST(CoreAllocator, RefusesAtOnceWhatNeverFits) {
  CoreAllocator cores(machine(1));
  const auto all = cores.take(2);
  ASSERT_TRUE(all);
  EXPECT_FALSE(cores.take(3));
}

TEST(CoreAllocator, WaitsForANodeInsteadOfSpreadingOverTwo) {
  CoreAllocator cores(machine(2));
  auto one = cores.take(1);
  auto pair = cores.take(2);
  ASSERT_TRUE(one && pair);
  EXPECT_EQ((*pair)->placement(), (CorePlacement{"2-3", "1"}));
  auto last = cores.take(1);
  one->reset();
  // CPU 0 is free, and half of node 1 is not: a job of two cores has to wait, however long.
  auto half = std::move(last);
  auto waiting = std::async(std::launch::async, [&] { return (*cores.take(2))->placement(); });
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  pair->reset();
  EXPECT_EQ(waiting.get(), (CorePlacement{"2-3", "1"}));
}

TEST(CoreAllocator, ManyThreadsNeverShareACore) {
  CoreAllocator cores(machine(2));
  std::array<std::atomic<int>, 4> users{};
  std::vector<std::jthread> threads;
  for (unsigned thread = 0; thread < 8; ++thread)
    threads.emplace_back([&, thread] {
      for (unsigned round = 0; round < 200; ++round) {
        const auto lease = cores.take(1 + (thread + round) % 3);
        ASSERT_TRUE(lease);
        const auto cpus = *parse_cpu_list((*lease)->placement().cpus);
        EXPECT_EQ(cpus.size(), 1 + (thread + round) % 3);
        for (const unsigned cpu : cpus) EXPECT_EQ(users[cpu].fetch_add(1), 0);
        std::this_thread::yield();
        for (const unsigned cpu : cpus) users[cpu].fetch_sub(1);
      }
    });
}

}  // namespace
}  // namespace hermetric
