#include "runner/compose/host_report.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "isolation/host/capability_list.hpp"
#include "isolation/host/host_text.hpp"
#include "isolation/host/noise.hpp"
#include "isolation/host/probe.hpp"
#include "isolation/host/topology.hpp"
#include "isolation/sys/files.hpp"

namespace hermetric {
namespace {

void add(std::vector<std::string>& warnings, std::vector<std::string> more) {
  for (std::string& warning : more) warnings.push_back(std::move(warning));
}

void describe_topology(HostReport& report) {
  const auto topology = read_topology();
  if (!topology) {
    report.cores = report.packages = report.nodes = Measured::missing(topology.error().message());
    return;
  }
  std::set<unsigned> cores, packages, nodes;
  for (const CpuThread& cpu : topology->cpus) {
    cores.insert(cpu.core);
    packages.insert(cpu.package);
    nodes.insert(cpu.node);
  }
  const auto counted = [](const std::set<unsigned>& set) { return Measured::of(set.size(), "/sys/devices/system"); };
  report.cores = counted(cores);
  report.packages = counted(packages);
  report.nodes = counted(nodes);
}

Duration cpu_time(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto time = [](const timeval& value) { return std::chrono::seconds(value.tv_sec) + Duration(value.tv_usec); };
  return time(usage.ru_utime) + time(usage.ru_stime);
}

/// Children are the inits, and the jobs' processes that somebody waited for: those are in both figures.
std::optional<Duration> own_cpu(const JobsCpu& jobs) {
  if (!jobs.total()) return std::nullopt;
  return cpu_time(RUSAGE_SELF) + std::max(cpu_time(RUSAGE_CHILDREN), *jobs.total());
}

}  // namespace

HostReport look_at_host() {
  const HostCapabilities host = probe_host();
  HostReport report;
  report.hostname = host.hostname;
  report.kernel = host.kernel_release;
  report.architecture = host.architecture;
  report.cpu_model = host.cpu_model.value_or("");
  report.cgroup = name_of(host.cgroup_layout);
  if (!host.online_cpus.empty()) report.cpus = host.online_cpus.size();
  describe_topology(report);
  report.memory = host.memory_total;
  report.swap = host.swap_total;
  report.capabilities = list_capabilities(host);
  report.controllers = host.controllers;
  report.settings = look_at_settings();
  report.before = look_at_activity();
  for_each_activity(report.after,
                    [](const char*, Measured& figure) { figure = Measured::missing("not looked at again"); });
  if (host.swap_total && host.swap_total->count > 0)
    report.warnings.emplace_back("the host has swap: a job without a memory cap may use it");
  add(report.warnings, warnings_of(report.settings));
  add(report.warnings, warnings_before(report.before));
  return report;
}

void JobsCpu::add(const JobReport& job) {
  if (job.outcome.status == OutcomeStatus::kSkipped || job.outcome.status == OutcomeStatus::kSetupFailed) return;
  const auto& usage = job.resources.cpu.usage_usec.value;
  if (usage && total_)
    *total_ += Duration(static_cast<Duration::rep>(*usage));
  else
    total_.reset();
}

void look_again(HostReport& host, Duration wall, const JobsCpu& jobs) {
  host.after = look_at_activity();
  add(host.warnings, warnings_of_change(host.settings, look_at_settings()));
  add(host.warnings, warnings_during({.before = host.before,
                                      .after = host.after,
                                      .wall = wall,
                                      .own_cpu = own_cpu(jobs),
                                      .cpus = static_cast<std::size_t>(host.cpus.value_or(1))}));
}

/// Asks for these two alone: it stands before the exec of every job with a cap.
Capacity host_capacity() {
  Capacity capacity;
  cpu_set_t own;
  CPU_ZERO(&own);
  const bool known = ::sched_getaffinity(0, sizeof own, &own) == 0;
  capacity.cpus = known ? CPU_COUNT(&own) : static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
  const auto memory = parse_meminfo(read_file("/proc/meminfo").value_or(""), "MemTotal");
  capacity.memory = memory.value_or(Bytes{UINT64_MAX});
  return capacity;
}

}  // namespace hermetric
