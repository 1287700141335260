#include "runner/compose/host_report.hpp"

#include <sched.h>

#include "isolation/host/probe.hpp"

namespace hermetric {

HostReport host_report(const HostCapabilities& host) {
  HostReport report;
  report.hostname = host.hostname;
  report.kernel = host.kernel_release;
  report.architecture = host.architecture;
  report.cpu_model = host.cpu_model.value_or("");
  report.cgroup = name_of(host.cgroup_layout);
  if (!host.online_cpus.empty()) report.cpus = host.online_cpus.size();
  report.memory = host.memory_total;
  if (host.swap_total && host.swap_total->count > 0)
    report.warnings.emplace_back("the host has swap: a job without a memory cap may use it");
  return report;
}

Capacity capacity_of(const HostCapabilities& host) {
  Capacity capacity;
  cpu_set_t own;
  CPU_ZERO(&own);
  const bool known = ::sched_getaffinity(0, sizeof own, &own) == 0;
  capacity.cpus = known ? CPU_COUNT(&own) : static_cast<double>(host.online_cpus.size());
  capacity.memory = host.memory_total.value_or(Bytes{});
  return capacity;
}

}  // namespace hermetric
