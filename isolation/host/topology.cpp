#include "isolation/host/topology.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/host/host_text.hpp"
#include "isolation/host/small_file.hpp"
#include "isolation/sys/files.hpp"

namespace hermetric {
namespace {

std::set<unsigned> as_set(const std::vector<unsigned>& numbers) { return {numbers.begin(), numbers.end()}; }

/// thread_siblings_list is the older name of core_cpus_list (Linux 5.3).
Result<unsigned> core_of(const std::string& cpu) {
  auto siblings = read_list(cpu + "/topology/core_cpus_list");
  if (!siblings) siblings = read_list(cpu + "/topology/thread_siblings_list");
  if (siblings && !siblings->empty()) return siblings->front();
  return std::unexpected(Error(cpu + "/topology does not tell which CPUs share a core"));
}

/// -1 on machines that do not say it: one package.
unsigned package_of(const std::string& cpu) {
  const auto number = parse_single(read_word(cpu + "/topology/physical_package_id").value_or(""));
  return static_cast<unsigned>(number.value_or(0));
}

/// Intel's hybrid processors have a PMU for each type of core, the others give a capacity, and most a top frequency.
std::map<unsigned, std::string> core_types(const std::string& devices) {
  std::map<unsigned, std::string> types;
  for (const char* type : {"cpu_core", "cpu_atom", "cpu_lowpower"})
    for (const unsigned cpu : read_list(devices + "/" + type + "/cpus").value_or(std::vector<unsigned>()))
      types[cpu] = type;
  return types;
}

std::string kind_of(const std::string& cpu, const std::string& type) {
  std::string kind = type;
  const auto add = [&](std::string_view words) { kind.append(kind.empty() ? "" : ", ").append(words); };
  if (const auto capacity = read_word(cpu + "/cpu_capacity")) add("capacity " + *capacity);
  if (const auto frequency = read_word(cpu + "/cpufreq/cpuinfo_max_freq")) add(*frequency + " kHz");
  return kind;
}

std::map<unsigned, unsigned> nodes_of_cpus(const std::string& nodes) {
  std::map<unsigned, unsigned> found;
  for (const unsigned node : read_list(nodes + "/online").value_or(std::vector<unsigned>()))
    for (const unsigned cpu :
         read_list(nodes + "/node" + std::to_string(node) + "/cpulist").value_or(std::vector<unsigned>()))
      found[cpu] = node;
  return found;
}

void keep_common(std::set<unsigned>& numbers, const std::optional<std::vector<unsigned>>& others) {
  if (!others) return;
  std::erase_if(numbers, [&](unsigned number) { return !std::ranges::binary_search(*others, number); });
}

}  // namespace

Result<CpuTopology> read_topology(const TopologyPaths& paths) {
  const std::string cpus = paths.devices + "/system/cpu";
  const std::string nodes = paths.devices + "/system/node";
  const auto online = read_list(cpus + "/online");
  if (!online) return std::unexpected(Error(cpus + "/online does not list the CPUs"));
  const auto types = core_types(paths.devices);
  const auto node_of = nodes_of_cpus(nodes);
  CpuTopology topology;
  for (const unsigned id : *online) {
    const std::string cpu = cpus + "/cpu" + std::to_string(id);
    TRY_ASSIGN(const unsigned core, core_of(cpu));
    const auto type = types.find(id);
    const auto node = node_of.find(id);
    topology.cpus.push_back({.id = id,
                             .core = core,
                             .package = package_of(cpu),
                             .node = node == node_of.end() ? 0 : node->second,
                             .kind = kind_of(cpu, type == types.end() ? "" : type->second)});
  }
  topology.memory_nodes = as_set(read_list(nodes + "/has_memory").value_or(std::vector<unsigned>{0}));
  return topology;
}

Result<CpuAllowance> read_allowance(const TopologyPaths& paths) {
  TRY_ASSIGN(const std::string status, read_file(paths.self_status));
  const auto cpus = parse_status_list(status, "Cpus_allowed_list");
  if (!cpus) return std::unexpected(Error(paths.self_status + " has no Cpus_allowed_list"));
  CpuAllowance allowance{
      .cpus = as_set(*cpus),
      .memory_nodes = as_set(parse_status_list(status, "Mems_allowed_list").value_or(std::vector<unsigned>{0}))};
  for (const std::string& directory : paths.parent_cpusets) {
    for (const char* file : {"/cpuset.effective_cpus", "/cpuset.cpus.effective"})
      keep_common(allowance.cpus, read_list(directory + file));
    for (const char* file : {"/cpuset.effective_mems", "/cpuset.mems.effective"})
      keep_common(allowance.memory_nodes, read_list(directory + file));
  }
  return allowance;
}

std::vector<std::string> cpuset_parents(const std::vector<CgroupHierarchy>& hierarchies) {
  std::vector<std::string> directories;
  for (const CgroupHierarchy& hierarchy : hierarchies)
    if (hierarchy.problem.empty() && std::ranges::find(hierarchy.controllers, "cpuset") != hierarchy.controllers.end())
      directories.push_back(hierarchy.base);
  return directories;
}

std::string memory_nodes_of(const CpuTopology& topology, const std::vector<unsigned>& cpus) {
  std::set<unsigned> nodes;
  for (const unsigned cpu : cpus) {
    const auto known = std::ranges::find(topology.cpus, cpu, &CpuThread::id);
    if (known == topology.cpus.end()) return {};
    if (topology.memory_nodes.contains(known->node)) nodes.insert(known->node);
  }
  return to_list({nodes.begin(), nodes.end()});
}

std::string to_list(const std::vector<unsigned>& numbers) {
  std::string list;
  for (std::size_t begin = 0; begin < numbers.size();) {
    std::size_t end = begin + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    list.append(list.empty() ? "" : ",").append(std::to_string(numbers[begin]));
    if (end - begin > 1) list.append("-").append(std::to_string(numbers[end - 1]));
    begin = end;
  }
  return list;
}

}  // namespace hermetric
