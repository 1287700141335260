#include "isolation/host/core_assignment.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace hermetric {
namespace {

/// A node of a package: a machine without NUMA nodes has one node, and may have several packages all the same.
using Place = std::pair<unsigned, unsigned>;

Place place_of(const Core& core) { return {core.package, core.node}; }

/// Positions of cores in one place.
using Bin = std::vector<std::size_t>;

std::map<unsigned, std::vector<const CpuThread*>> threads_by_core(const CpuTopology& topology) {
  std::map<unsigned, std::vector<const CpuThread*>> cores;
  for (const CpuThread& cpu : topology.cpus) cores[cpu.core].push_back(&cpu);
  return cores;
}

std::string kinds_text(const std::map<std::string, std::vector<unsigned>>& kinds) {
  std::string text;
  for (const auto& [kind, cpus] : kinds)
    text.append(text.empty() ? "" : "; ").append("CPUs " + to_list(cpus) + ": " + kind);
  return text;
}

Status check_alike(const std::map<std::string, std::vector<unsigned>>& kinds) {
  if (kinds.size() == 1) return {};
  if (kinds.empty())
    return std::unexpected(Error("no core belongs to this process with all its hardware threads")
                               .remedy("widen the affinity or cpuset that hermetric runs in"));
  return std::unexpected(
      Error("the cores are not alike (" + kinds_text(kinds) + "), so jobs on them are not comparable")
          .remedy("start hermetric on cores of one kind: taskset -c " + to_list(kinds.begin()->second) +
                  " hermetric ..."));
}

/// The bins of free cores that a plan may use together: those of each package, or all.
std::vector<std::vector<Bin>> groups_of(const CoreMap& map, bool one_package, const std::vector<bool>& free) {
  std::map<unsigned, std::map<Place, Bin>> groups;
  for (std::size_t i = 0; i < map.cores.size(); ++i)
    if (free[i]) groups[one_package ? map.cores[i].package : 0][place_of(map.cores[i])].push_back(i);
  std::vector<std::vector<Bin>> lists;
  for (auto& [package, bins] : groups) {
    lists.emplace_back();
    for (auto& [place, bin] : bins) lists.back().push_back(std::move(bin));
  }
  return lists;
}

/// Each part, the largest first, into the smallest bin that still holds it.
std::optional<std::vector<std::size_t>> fill(std::vector<Bin> bins, const std::vector<std::size_t>& parts) {
  std::vector<std::size_t> picked;
  for (const std::size_t part : parts) {
    auto best = bins.end();
    for (auto bin = bins.begin(); bin != bins.end(); ++bin)
      if (bin->size() >= part && (best == bins.end() || bin->size() < best->size())) best = bin;
    if (best == bins.end()) return std::nullopt;
    picked.insert(picked.end(), best->begin(), best->begin() + static_cast<std::ptrdiff_t>(part));
    bins.erase(best);
  }
  std::ranges::sort(picked);
  return picked;
}

std::vector<std::size_t> even_parts(std::size_t count, std::size_t nodes) {
  std::vector<std::size_t> parts(nodes, count / nodes);
  for (std::size_t i = 0; i < count % nodes; ++i) ++parts[i];
  return parts;
}

bool holds(const CoreMap& map, const CorePlan& plan) {
  return pick_cores(map, plan, std::vector<bool>(map.cores.size(), true)).has_value();
}

std::vector<std::size_t> node_sizes(const CoreMap& map) {
  std::map<Place, std::size_t> sizes;
  for (const Core& core : map.cores) ++sizes[place_of(core)];
  std::vector<std::size_t> list;
  for (const auto& [place, size] : sizes) list.push_back(size);
  std::ranges::sort(list, std::ranges::greater());
  return list;
}

}  // namespace

Result<CoreMap> assignable_cores(const CpuTopology& topology, const CpuAllowance& allowance) {
  CoreMap map;
  map.memory_nodes = topology.memory_nodes;
  std::erase_if(map.memory_nodes, [&](unsigned node) { return !allowance.memory_nodes.contains(node); });
  std::map<std::string, std::vector<unsigned>> kinds;
  for (const auto& [first, threads] : threads_by_core(topology)) {
    if (!std::ranges::all_of(threads, [&](const CpuThread* cpu) { return allowance.cpus.contains(cpu->id); })) continue;
    Core core{.cpus = {}, .node = threads.front()->node, .package = threads.front()->package};
    const std::string kind = std::to_string(threads.size()) + (threads.size() == 1 ? " thread" : " threads") +
                             (threads.front()->kind.empty() ? "" : ", " + threads.front()->kind);
    for (const CpuThread* cpu : threads) {
      core.cpus.push_back(cpu->id);
      kinds[kind].push_back(cpu->id);
    }
    map.threads_per_core = static_cast<unsigned>(threads.size());
    map.cores.push_back(std::move(core));
  }
  for (auto& [kind, cpus] : kinds) std::ranges::sort(cpus);
  TRY(check_alike(kinds));
  return map;
}

Result<CorePlan> plan_cores(const CoreMap& map, std::size_t count) {
  if (count > map.cores.size())
    return std::unexpected(Error(std::to_string(count) + (count == 1 ? " core is" : " cores are") + " more than the " +
                                 std::to_string(map.cores.size()) + " this process may use whole")
                               .remedy("ask for fewer"));
  const std::vector<std::size_t> sizes = node_sizes(map);
  for (std::size_t nodes = 1; nodes <= sizes.size(); ++nodes) {
    CorePlan plan{.parts = even_parts(count, nodes), .one_package = true};
    if (holds(map, plan)) return plan;
    plan.one_package = false;
    if (holds(map, plan)) return plan;
  }
  // All there is, however it lies: no second job can get anything else meanwhile.
  if (count == map.cores.size()) return CorePlan{.parts = sizes, .one_package = false};
  std::string text;
  for (const std::size_t size : sizes) text.append(text.empty() ? "" : ", ").append(std::to_string(size));
  return std::unexpected(
      Error(std::to_string(count) + " cores do not spread evenly over NUMA nodes of " + text + " cores")
          .remedy("ask for " + std::to_string(sizes.front()) + " or fewer"));
}

std::optional<std::vector<std::size_t>> pick_cores(const CoreMap& map, const CorePlan& plan,
                                                   const std::vector<bool>& free) {
  std::optional<std::vector<std::size_t>> best;
  std::size_t fewest = 0;
  for (const std::vector<Bin>& group : groups_of(map, plan.one_package, free)) {
    std::size_t there = 0;
    for (const Bin& bin : group) there += bin.size();
    auto picked = fill(group, plan.parts);
    if (!picked || (best && there >= fewest)) continue;
    best = std::move(picked);
    fewest = there;
  }
  return best;
}

CorePlacement placement_of(const CoreMap& map, const std::vector<std::size_t>& picked) {
  std::set<unsigned> cpus, nodes;
  for (const std::size_t position : picked) {
    const Core& core = map.cores[position];
    cpus.insert(core.cpus.begin(), core.cpus.end());
    if (map.memory_nodes.contains(core.node)) nodes.insert(core.node);
  }
  return {.cpus = to_list({cpus.begin(), cpus.end()}), .memory_nodes = to_list({nodes.begin(), nodes.end()})};
}

}  // namespace hermetric
