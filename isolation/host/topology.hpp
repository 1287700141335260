#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "isolation/cgroup/hierarchy.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// One CPU as the kernel counts them: a hardware thread of a core.
struct CpuThread {
  unsigned id = 0;
  unsigned core = 0;     ///< lowest id of the threads of the same core
  unsigned package = 0;  ///< socket
  unsigned node = 0;     ///< NUMA node
  std::string kind;      ///< what tells cores of different speed apart; equal means equal: "capacity 1024, 4700000 kHz"

  friend bool operator==(const CpuThread&, const CpuThread&) = default;
};

/// Where the online CPUs sit, by ascending id, and which nodes have memory.
struct CpuTopology {
  std::vector<CpuThread> cpus;
  std::set<unsigned> memory_nodes;
};

/// The CPUs and memory nodes that a job of this process may get.
struct CpuAllowance {
  std::set<unsigned> cpus;
  std::set<unsigned> memory_nodes;
};

/// What is looked at; a test points it at a fake tree.
struct TopologyPaths {
  std::string devices = "/sys/devices";  ///< Documentation/ABI/stable/sysfs-devices-system-cpu
  std::string self_status = "/proc/self/status";
  /// Directories of the groups in which jobs' cpusets are made, of either cgroup version.
  std::vector<std::string> parent_cpusets = {};
};

/// A handful of small files a CPU. An error when sysfs does not tell which CPUs share a core. What has no NUMA nodes is
/// one node, 0.
Result<CpuTopology> read_topology(const TopologyPaths& paths = {});

/// What sched_getaffinity(2) and set_mempolicy(2) would allow (/proc/self/status), less what the parent cpusets lack.
Result<CpuAllowance> read_allowance(const TopologyPaths& paths = {});

/// Directories of `parent_cpusets`: the groups that jobs' groups are made in, where they have the cpuset controller.
std::vector<std::string> cpuset_parents(const std::vector<CgroupHierarchy>& hierarchies);

/// Nodes with memory on which these CPUs sit, as a cpuset(7) list; empty when there is none or a CPU is unknown.
std::string memory_nodes_of(const CpuTopology& topology, const std::vector<unsigned>& cpus);

/// "0-3,7" of numbers in ascending order.
std::string to_list(const std::vector<unsigned>& numbers);

}  // namespace hermetric
