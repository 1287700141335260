#include "runner/compose/core_placement.hpp"

#include <algorithm>
#include <utility>

#include "isolation/cgroup/hierarchy.hpp"
#include "isolation/host/topology.hpp"
#include "runner/compose/host_report.hpp"

namespace hermetric {
namespace {

TopologyPaths topology_paths(const std::optional<std::string>& cgroup_parent) {
  CgroupRoots roots;
  roots.parent = cgroup_parent;
  TopologyPaths paths;
  if (const auto hierarchies = find_hierarchies(roots)) paths.parent_cpusets = cpuset_parents(*hierarchies);
  return paths;
}

Result<CoreMap> find_cores(const std::optional<std::string>& cgroup_parent) {
  const TopologyPaths paths = topology_paths(cgroup_parent);
  if (paths.parent_cpusets.empty())
    return std::unexpected(Error("no cgroup hierarchy with the cpuset controller can be used")
                               .remedy("hermetric doctor tells what stands in the way"));
  TRY_ASSIGN(const CpuTopology topology, read_topology(paths));
  TRY_ASSIGN(const CpuAllowance allowance, read_allowance(paths));
  return assignable_cores(topology, allowance);
}

std::string wish_of(const JobSpec& job) { return "exclusive_cores " + std::to_string(*job.exclusive_cores); }

Status check_no_cpuset(const JobSpec& job, const JobSpec& asking) {
  if (!job.limits.cpuset) return {};
  const std::string why = &job == &asking
                              ? "it has exclusive_cores, too"
                              : "job \"" + asking.name + "\" has exclusive_cores, so every job gets its own";
  return std::unexpected(Error("cpuset " + *job.limits.cpuset + ": " + why).remedy("drop one of the two"));
}

Status check_placeable(const JobSpec& job, const JobSpec& asking, const CoreMap& map, const Capacity& capacity) {
  TRY(check_no_cpuset(job, asking));
  auto plan = plan_cores(map, cores_of(job, capacity));
  if (plan) return {};
  return std::unexpected(job.exclusive_cores ? std::move(plan).error().in(wish_of(job)) : std::move(plan).error());
}

}  // namespace

void place(JobSpec& job, const CorePlacement& placement) {
  job.limits.cpuset = placement.cpus;
  if (!placement.memory_nodes.empty()) job.limits.cpuset_mems = placement.memory_nodes;
}

Status place_alone(JobSpec& job, const std::optional<std::string>& cgroup_parent) {
  if (job.limits.cpus || job.limits.memory) TRY(check_capacity({{job}}, host_capacity()));
  settle_memory_nodes({&job, 1}, cgroup_parent);
  if (!job.exclusive_cores) return {};
  TRY(check_no_cpuset(job, job));
  auto map = find_cores(cgroup_parent);
  if (!map) return std::unexpected(std::move(map).error().in(wish_of(job)));
  CoreAllocator cores(*std::move(map));
  auto lease = cores.take(*job.exclusive_cores);
  if (!lease) return std::unexpected(std::move(lease).error().in(wish_of(job)));
  place(job, (*lease)->placement());
  return {};
}

Status pin(JobSpec& job, const std::optional<std::string>& cgroup_parent) {
  if (!job.limits.cpuset && !job.exclusive_cores) {
    const TopologyPaths paths = topology_paths(cgroup_parent);
    const auto allowance = read_allowance(paths);
    if (!paths.parent_cpusets.empty() && allowance)
      job.limits.cpuset = to_list({allowance->cpus.begin(), allowance->cpus.end()});
  }
  return place_alone(job, cgroup_parent);
}

Result<std::unique_ptr<CoreAllocator>> allocate_cores(const Pipeline& pipeline, Capacity& capacity) {
  const auto asking =
      std::ranges::find_if(pipeline.jobs, [](const JobSpec& job) { return job.exclusive_cores.has_value(); });
  if (asking == pipeline.jobs.end()) return nullptr;
  auto map = find_cores(std::nullopt);
  if (!map) return std::unexpected(std::move(map).error().in("job \"" + asking->name + "\": " + wish_of(*asking)));
  capacity.threads_per_core = map->threads_per_core;
  capacity.cpus = static_cast<double>(map->cores.size() * map->threads_per_core);
  capacity.whole_cores = true;
  TRY(check_capacity(pipeline, capacity));
  for (const JobSpec& job : pipeline.jobs)
    if (auto placeable = check_placeable(job, *asking, *map, capacity); !placeable)
      return std::unexpected(std::move(placeable).error().in("job \"" + job.name + "\""));
  return std::make_unique<CoreAllocator>(*std::move(map));
}

void settle_memory_nodes(std::span<JobSpec> jobs, const std::optional<std::string>& cgroup_parent) {
  if (std::ranges::none_of(jobs, [](const JobSpec& job) { return job.limits.cpuset.has_value(); })) return;
  const TopologyPaths paths = topology_paths(cgroup_parent);
  auto topology = read_topology(paths);
  const auto allowance = read_allowance(paths);
  if (!topology || !allowance) return;
  std::erase_if(topology->memory_nodes, [&](unsigned node) { return !allowance->memory_nodes.contains(node); });
  for (JobSpec& job : jobs) {
    const auto cpus = job.limits.cpuset ? parse_cpu_list(*job.limits.cpuset) : std::nullopt;
    const std::string nodes = cpus ? memory_nodes_of(*topology, *cpus) : "";
    if (!nodes.empty()) job.limits.cpuset_mems = nodes;
  }
}

}  // namespace hermetric
