#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "isolation/host/topology.hpp"
#include "isolation/sys/result.hpp"

/// Which cores a job gets for itself. Pure; the laws:
///   - a core goes to one job with all its hardware threads;
///   - the cores of a job are of one kind, and so are those of all jobs;
///   - how many NUMA nodes and packages a job spans follows from its number of cores and the machine alone, so that
///     equal jobs get equal sets whatever else is running: one that fits in a node is in one node, and waits for it if
///     need be; a larger one is spread evenly over as few nodes as hold it, of one package if one can;
///   - a job's memory comes from the nodes of its cores.
namespace hermetric {

struct Core {
  std::vector<unsigned> cpus;  ///< its hardware threads, ascending
  unsigned node = 0;
  unsigned package = 0;
};

/// The cores that jobs may get, all alike.
struct CoreMap {
  std::vector<Core> cores;  ///< by their first CPU
  unsigned threads_per_core = 1;
  std::set<unsigned> memory_nodes;
};

/// Cores whose threads are all allowed. An error when there is none, or when they differ in speed or in number of
/// threads: jobs on unequal cores cannot be compared.
Result<CoreMap> assignable_cores(const CpuTopology& topology, const CpuAllowance& allowance);

/// How the cores of a job lie.
struct CorePlan {
  std::vector<std::size_t> parts;  ///< cores in each of its nodes, the most first
  bool one_package = false;

  friend bool operator==(const CorePlan&, const CorePlan&) = default;
};

/// The plan for a job of `count` cores, 1 or more; an error when the machine cannot hold it, even if it is idle.
Result<CorePlan> plan_cores(const CoreMap& map, std::size_t count);

/// Places a plan on free cores (`free` by position in `map.cores`), leaving room for large jobs where it can. Returns
/// positions in ascending order; nothing when the free ones do not do.
std::optional<std::vector<std::size_t>> pick_cores(const CoreMap& map, const CorePlan& plan,
                                                   const std::vector<bool>& free);

/// What a job's cpuset says, in the list format of cpuset(7).
struct CorePlacement {
  std::string cpus;
  std::string memory_nodes;  ///< empty: none of the nodes has memory of its own, so that all memory is as near

  friend bool operator==(const CorePlacement&, const CorePlacement&) = default;
};

CorePlacement placement_of(const CoreMap& map, const std::vector<std::size_t>& picked);

}  // namespace hermetric
