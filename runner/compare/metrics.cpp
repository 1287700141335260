#include "runner/compare/metrics.hpp"

#include <algorithm>
#include <array>

namespace hermetric {
namespace {

/// What differs between runs of one version by its nature (pressure, throttling) or says the same again is not here.
constexpr std::array<ComparedMetric, 17> kMetrics = {{
    {"wall_usec", true},
    {"cpu.usage_usec", true},
    {"cpu.user_usec"},
    {"cpu.system_usec"},
    {"memory.peak_bytes"},
    {"memory.minor_faults"},
    {"memory.major_faults"},
    {"io.read_bytes"},
    {"io.write_bytes"},
    {"io.logical_read_bytes"},
    {"io.logical_write_bytes"},
    {"context_switches.voluntary"},
    {"context_switches.involuntary"},
    {"counters.instructions"},
    {"counters.cycles"},
    {"counters.cache_misses"},
    {"counters.branch_misses"},
}};

}  // namespace

Result<std::vector<ComparedMetric>> select_metrics(const std::vector<std::string>& prefixes) {
  for (const std::string& prefix : prefixes)
    if (std::ranges::none_of(kMetrics, [&](const auto& metric) { return metric.path.starts_with(prefix); }))
      return std::unexpected(
          Error("no compared metric begins with \"" + prefix + "\" (right would be wall_usec, cpu, memory.peak, ...)"));
  std::vector<ComparedMetric> selected;
  for (ComparedMetric metric : kMetrics) {
    const bool named =
        std::ranges::any_of(prefixes, [&](const auto& prefix) { return metric.path.starts_with(prefix); });
    if (!named && !prefixes.empty()) continue;
    metric.sets_pace |= named;
    metric.margin = default_margin(metric.path);
    selected.push_back(metric);
  }
  return selected;
}

std::vector<Measured> figures_of(const ResourceUsage& usage, std::span<const ComparedMetric> metrics) {
  std::vector<Measured> figures(metrics.size());
  for_each_measured(usage, [&](std::string_view path, const Measured& figure) {
    for (std::size_t i = 0; i < metrics.size(); ++i)
      if (metrics[i].path == path) figures[i] = figure;
  });
  return figures;
}

}  // namespace hermetric
