#include "isolation/host/capability_list.hpp"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/host/core_assignment.hpp"
#include "isolation/host/noise.hpp"
#include "isolation/host/small_file.hpp"
#include "isolation/sys/fd.hpp"
#include "isolation/sys/files.hpp"

namespace hermetric {
namespace {

/// Opens a counter of this process that never runs.
int try_counter() {
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.size = sizeof attributes;
  attributes.config = PERF_COUNT_HW_INSTRUCTIONS;
  attributes.disabled = 1;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  const long opened = ::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  if (opened < 0) return errno;
  const Fd counter(static_cast<int>(opened));
  return 0;
}

Capability if_there(const std::string& path, const char* remedy) {
  if (::faccessat(AT_FDCWD, path.c_str(), F_OK, 0) == 0) return {.available = true};
  return {.available = false, .reason = path + " is missing", .remedy = remedy};
}

Capability from(const Status& status) {
  if (status) return {.available = true};
  return {.available = false, .reason = status.error().message()};
}

Status check_cores(const HostPaths& paths, const std::vector<CgroupHierarchy>& hierarchies) {
  const TopologyPaths where{.devices = paths.sys + "/devices",
                            .self_status = paths.proc + "/self/status",
                            .parent_cpusets = cpuset_parents(hierarchies)};
  TRY_ASSIGN(const CpuTopology topology, read_topology(where));
  TRY_ASSIGN(const CpuAllowance allowance, read_allowance(where));
  TRY(assignable_cores(topology, allowance));
  return {};
}

Capability describe_exclusive_cores(const HostCapabilities& host, const HostPaths& paths,
                                    const std::vector<CgroupHierarchy>& hierarchies) {
  for (const ControllerSupport& controller : host.controllers)
    if (controller.name == "cpuset" && !controller.capability.available) return controller.capability;
  return from(check_cores(paths, hierarchies));
}

std::string cost_model_of(const std::vector<CgroupHierarchy>& hierarchies) {
  for (const CgroupHierarchy& hierarchy : hierarchies)
    if (hierarchy.unified) return read_file(hierarchy.mount_point + "/io.cost.qos").value_or("");
  return {};
}

ControllerSupport io_of(const HostCapabilities& host) {
  const auto io = std::ranges::find(host.controllers, "io", &ControllerSupport::name);
  return io == host.controllers.end() ? ControllerSupport{.name = "io", .version = "", .capability = {}} : *io;
}

}  // namespace

Capability describe_counters(int error_number, const std::optional<std::string>& paranoid) {
  switch (error_number) {
    case 0: return {.available = true};
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP:
      return {.available = false,
              .reason = "this machine has no hardware counters the kernel can use",
              .remedy = "in a virtual machine: give it a PMU"};
    case EACCES:
    case EPERM:
      return {.available = false,
              .reason = "perf_event_open is not permitted" +
                        (paranoid ? " (kernel.perf_event_paranoid is " + *paranoid + ")" : std::string()),
              .remedy = "run as root or with CAP_PERFMON, or sysctl kernel.perf_event_paranoid=2"};
    default: return {.available = false, .reason = std::string("perf_event_open: ") + std::strerror(error_number)};
  }
}

Capability describe_io_weight(const ControllerSupport& io, const std::map<std::string, std::string>& schedulers,
                              const std::string& cost_model) {
  if (!io.capability.available) return io.capability;
  if (io.version == "v2") {
    if (cost_model.find("enable=1") != std::string::npos) return {.available = true};
    return {.available = false,
            .reason = "io.cost is not enabled for any disk",
            .remedy = "write \"MAJ:MIN enable=1\" to io.cost.qos of the root group"};
  }
  std::string others;
  for (const auto& [disk, scheduler] : schedulers) {
    if (scheduler == "bfq") return {.available = true};
    others.append(others.empty() ? "" : ", ").append(disk).append(" ").append(scheduler);
  }
  return {.available = false,
          .reason = "no disk uses the BFQ scheduler" + (others.empty() ? "" : ": " + others),
          .remedy = "echo bfq > /sys/block/DISK/queue/scheduler"};
}

std::vector<NamedCapability> list_capabilities(const HostCapabilities& host, const HostPaths& paths) {
  const auto hierarchies = find_hierarchies(paths.cgroups).value_or(std::vector<CgroupHierarchy>());
  const auto schedulers = look_at_settings({.proc = paths.proc, .sys = paths.sys}).io_schedulers;
  std::vector<NamedCapability> list = {
      {"root", host.root},
      {"overlay", host.overlay},
      {"idmapped_layers", host.idmapped_layers},
      {"clone_into_cgroup", host.clone_into_cgroup},
      {"cgroup_kill", since(host, {5, 14})},
      {"seccomp",
       if_there(paths.proc + "/sys/kernel/seccomp/actions_avail", "boot a kernel with CONFIG_SECCOMP_FILTER")},
      {"pressure", if_there(paths.proc + "/pressure/cpu", "boot with psi=1, or a kernel with CONFIG_PSI")},
      {"hardware_counters",
       describe_counters(try_counter(), read_word(paths.proc + "/sys/kernel/perf_event_paranoid"))},
      {"io_weight", describe_io_weight(io_of(host), schedulers, cost_model_of(hierarchies))},
      {"exclusive_cores", describe_exclusive_cores(host, paths, hierarchies)},
  };
  for (const NamedCapability& space : host.namespaces) list.push_back({"namespace_" + space.name, space.capability});
  return list;
}

}  // namespace hermetric
