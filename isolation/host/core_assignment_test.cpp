/// Core assignment on tables of machines: 1 to 4 sockets, SMT on and off, numbers with holes, P and E cores.

#include "isolation/host/core_assignment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace hermetric {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Machine {
  unsigned packages = 1, nodes_per_package = 1, cores_per_node = 4, threads = 1;
  /// Siblings are neighbours (0,1), as on some servers and under hypervisors; else the second threads come after all
  /// first ones.
  bool siblings_adjacent = false;
  unsigned first_id = 0, step = 1;
};

/// The id a CPU has, by the number of its core and thread.
unsigned id_of(const Machine& machine, unsigned core, unsigned thread) {
  const unsigned cores = machine.packages * machine.nodes_per_package * machine.cores_per_node;
  const unsigned number = machine.siblings_adjacent ? core * machine.threads + thread : thread * cores + core;
  return machine.first_id + number * machine.step;
}

CpuTopology topology_of(const Machine& machine) {
  CpuTopology topology;
  const unsigned cores = machine.packages * machine.nodes_per_package * machine.cores_per_node;
  for (unsigned core = 0; core < cores; ++core)
    for (unsigned thread = 0; thread < machine.threads; ++thread) {
      const unsigned node = core / machine.cores_per_node;
      topology.memory_nodes.insert(node);
      topology.cpus.push_back({.id = id_of(machine, core, thread),
                               .core = id_of(machine, core, 0),
                               .package = node / machine.nodes_per_package,
                               .node = node,
                               .kind = "capacity 1024"});
    }
  std::ranges::sort(topology.cpus, {}, &CpuThread::id);
  return topology;
}

CpuAllowance everything(const CpuTopology& topology) {
  CpuAllowance allowance{.cpus = {}, .memory_nodes = topology.memory_nodes};
  for (const CpuThread& cpu : topology.cpus) allowance.cpus.insert(cpu.id);
  return allowance;
}

CoreMap map_of(const CpuTopology& topology) {
  auto map = assignable_cores(topology, everything(topology));
  EXPECT_TRUE(map) << map.error().message();
  return map.value_or(CoreMap{});
}

/// "0,8@0 1,9@0": what jobs of `count` cores get one after another on an idle machine, until nothing is left.
std::vector<std::string> placements(const CoreMap& map, std::size_t count) {
  const auto plan = plan_cores(map, count);
  if (!plan) return {plan.error().message()};
  std::vector<bool> free(map.cores.size(), true);
  std::vector<std::string> placed;
  while (const auto picked = pick_cores(map, *plan, free)) {
    for (const std::size_t position : *picked) free[position] = false;
    const CorePlacement placement = placement_of(map, *picked);
    placed.push_back(placement.cpus + "@" + placement.memory_nodes);
  }
  return placed;
}

TEST(CoreAssignment, Tables) {
  struct Row {
    const char* what;
    Machine machine;
    std::size_t count;
    std::vector<std::string> jobs;
  };
  const std::vector<Row> rows = {
      {"one socket", {}, 1, {"0@0", "1@0", "2@0", "3@0"}},
      {"one socket, pairs", {}, 2, {"0-1@0", "2-3@0"}},
      {"threes leave one", {}, 3, {"0-2@0"}},
      {"SMT, siblings far apart", {.threads = 2}, 1, {"0,4@0", "1,5@0", "2,6@0", "3,7@0"}},
      {"SMT, siblings adjacent", {.threads = 2, .siblings_adjacent = true}, 2, {"0-3@0", "4-7@0"}},
      {"four threads a core", {.cores_per_node = 2, .threads = 4, .siblings_adjacent = true}, 1, {"0-3@0", "4-7@0"}},
      {"two sockets", {.packages = 2, .cores_per_node = 2}, 2, {"0-1@0", "2-3@1"}},
      {"two sockets, never astride", {.packages = 2, .cores_per_node = 3}, 2, {"0-1@0", "3-4@1"}},
      {"two sockets, SMT", {.packages = 2, .cores_per_node = 2, .threads = 2}, 2, {"0-1,4-5@0", "2-3,6-7@1"}},
      {"larger than a node: evenly", {.packages = 2, .cores_per_node = 4}, 6, {"0-2,4-6@0-1"}},
      {"two nodes of one socket first",
       {.packages = 2, .nodes_per_package = 2, .cores_per_node = 2},
       4,
       {"0-3@0-1", "4-7@2-3"}},
      {"an odd one over two nodes of a socket",
       {.packages = 2, .nodes_per_package = 2, .cores_per_node = 2},
       3,
       {"0-2@0-1", "4-6@2-3"}},
      {"four sockets", {.packages = 4, .cores_per_node = 2}, 2, {"0-1@0", "2-3@1", "4-5@2", "6-7@3"}},
      {"four sockets, over two", {.packages = 4, .cores_per_node = 2}, 4, {"0-3@0-1", "4-7@2-3"}},
      {"four sockets, over three: as few as hold it", {.packages = 4, .cores_per_node = 2}, 6, {"0-5@0-2"}},
      {"ids with holes", {.first_id = 3, .step = 5}, 2, {"3,8@0", "13,18@0"}},
      {"ids with holes, SMT", {.cores_per_node = 2, .threads = 2, .first_id = 2, .step = 2}, 1, {"2,6@0", "4,8@0"}},
      {"all there is", {.packages = 2, .cores_per_node = 2}, 4, {"0-3@0-1"}},
      {"more than there is",
       {.packages = 2, .cores_per_node = 2},
       5,
       {"5 cores are more than the 4 this process may use whole (ask for fewer)"}},
  };
  for (const Row& row : rows) EXPECT_EQ(placements(map_of(topology_of(row.machine)), row.count), row.jobs) << row.what;
}

/// Whatever is free: cores of a job are its own and whole, and equal jobs have equal shapes.
TEST(CoreAssignment, LawsHoldOnRandomMachinesInAnyOrder) {
  std::mt19937 random(1);
  const auto below = [&](unsigned bound) { return static_cast<unsigned>(random() % bound); };
  for (int round = 0; round < 300; ++round) {
    const Machine machine{.packages = 1 + below(4),
                          .nodes_per_package = 1 + below(2),
                          .cores_per_node = 1 + below(6),
                          .threads = 1 + below(2),
                          .siblings_adjacent = below(2) == 0};
    const CoreMap map = map_of(topology_of(machine));
    std::vector<bool> free(map.cores.size(), true);
    std::vector<std::vector<std::size_t>> held;
    std::map<std::size_t, std::set<std::vector<std::size_t>>> shapes;
    for (int step = 0; step < 60; ++step) {
      if (!held.empty() && below(3) == 0) {
        const std::size_t ended = below(static_cast<unsigned>(held.size()));
        for (const std::size_t position : held[ended]) free[position] = true;
        held.erase(held.begin() + static_cast<std::ptrdiff_t>(ended));
        continue;
      }
      const std::size_t count = 1 + below(static_cast<unsigned>(map.cores.size()));
      const auto plan = plan_cores(map, count);
      if (!plan) continue;
      const auto picked = pick_cores(map, *plan, free);
      if (!picked) continue;
      ASSERT_EQ(picked->size(), count);
      std::map<std::pair<unsigned, unsigned>, std::size_t> per_node;
      for (const std::size_t position : *picked) {
        ASSERT_TRUE(free[position]);
        free[position] = false;
        ++per_node[{map.cores[position].package, map.cores[position].node}];
      }
      std::vector<std::size_t> shape;
      for (const auto& [node, cores] : per_node) shape.push_back(cores);
      std::ranges::sort(shape);
      shapes[count].insert(shape);
      held.push_back(*picked);
    }
    for (const auto& [count, seen] : shapes) EXPECT_EQ(seen.size(), 1U) << count << " cores, round " << round;
  }
}

TEST(CoreAssignment, KeepsRoomForLargeJobs) {
  const CoreMap map = map_of(topology_of({.packages = 2, .cores_per_node = 4}));
  std::vector<bool> free(8, true);
  free[0] = false;
  const auto one = pick_cores(map, *plan_cores(map, 1), free);
  ASSERT_TRUE(one);
  EXPECT_EQ(*one, std::vector<std::size_t>{1}) << "not into the node that is still whole";
  EXPECT_EQ(pick_cores(map, *plan_cores(map, 4), free), (std::vector<std::size_t>{4, 5, 6, 7}));
  free[4] = false;
  EXPECT_EQ(pick_cores(map, *plan_cores(map, 4), free), std::nullopt) << "six are free, but no whole node";
}

TEST(AssignableCores, WithinWhatThisProcessMayUse) {
  const CpuTopology topology = topology_of({.packages = 2, .cores_per_node = 2, .threads = 2});  // 0,4 1,5 | 2,6 3,7
  const auto some = assignable_cores(topology, {.cpus = {0, 4, 1, 3, 7}, .memory_nodes = {0}});
  ASSERT_TRUE(some);
  ASSERT_EQ(some->cores.size(), 2U) << "the sibling of 1 belongs to somebody else";
  EXPECT_EQ(placement_of(*some, {0}), (CorePlacement{"0,4", "0"}));
  EXPECT_EQ(placement_of(*some, {1}), (CorePlacement{"3,7", ""})) << "node 1 is not allowed";
  const auto none = assignable_cores(topology, {.cpus = {1, 3}, .memory_nodes = {0, 1}});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message(), StartsWith("no core belongs to this process with all its hardware threads"));
}

TEST(AssignableCores, UnequalNodesHoldWhatFits) {
  const CpuTopology topology = topology_of({.packages = 2, .cores_per_node = 4});
  CpuAllowance allowance = everything(topology);
  for (const unsigned cpu : {5U, 6U, 7U}) allowance.cpus.erase(cpu);  // 4 cores and 1
  const CoreMap map = assignable_cores(topology, allowance).value_or(CoreMap{});
  EXPECT_EQ(placements(map, 2), (std::vector<std::string>{"0-1@0", "2-3@0"}));
  EXPECT_EQ(placements(map, 5), (std::vector<std::string>{"0-4@0-1"}));
  const CpuTopology three = topology_of({.packages = 3, .cores_per_node = 4});
  const CoreMap uneven =
      assignable_cores(three, {.cpus = {0, 1, 2, 3, 4, 8}, .memory_nodes = {0, 1, 2}}).value_or(CoreMap{});
  EXPECT_EQ(
      placements(uneven, 5),
      (std::vector<std::string>{"5 cores do not spread evenly over NUMA nodes of 4, 1, 1 cores (ask for 4 or fewer)"}));
}

TEST(AssignableCores, RefusesCoresThatDiffer) {
  CpuTopology hybrid = topology_of({.cores_per_node = 2, .threads = 2, .siblings_adjacent = true});
  for (CpuThread& cpu : hybrid.cpus) cpu.kind = "cpu_core, 5000000 kHz";
  for (const unsigned id : {4U, 5U})
    hybrid.cpus.push_back({.id = id, .core = id, .package = 0, .node = 0, .kind = "cpu_atom, 3800000 kHz"});
  const auto refused = assignable_cores(hybrid, everything(hybrid));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("CPUs 4-5: 1 thread, cpu_atom, 3800000 kHz"));
  EXPECT_THAT(refused.error().message(), HasSubstr("CPUs 0-3: 2 threads, cpu_core, 5000000 kHz"));
  EXPECT_THAT(refused.error().message(), HasSubstr("taskset -c"));
  EXPECT_EQ(placements(assignable_cores(hybrid, {.cpus = {0, 1, 2, 3}, .memory_nodes = {0}}).value_or(CoreMap{}), 1),
            (std::vector<std::string>{"0-1@0", "2-3@0"}))
      << "the remedy works";

  CpuTopology capacities = topology_of({});
  capacities.cpus[3].kind = "capacity 512";
  EXPECT_FALSE(assignable_cores(capacities, everything(capacities)));
  CpuTopology half_smt = topology_of({.threads = 2});
  half_smt.cpus.pop_back();
  EXPECT_FALSE(assignable_cores(half_smt, everything(half_smt))) << "a core with an offline sibling is faster";
}

}  // namespace
}  // namespace hermetric
