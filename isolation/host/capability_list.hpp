#pragma once

#include <optional>
#include <vector>

#include "isolation/host/probe.hpp"
#include "isolation/types/host.hpp"

namespace hermetric {

/// Everything that a job or a report may want of this host, each available or with the reason and the remedy: those of
/// probe_host() and those that take longer to find out. Changes nothing.
///   root, overlay, idmapped_layers, clone_into_cgroup, cgroup_kill, seccomp, pressure, hardware_counters, io_weight,
///   exclusive_cores, and namespace_NAME for each kind
std::vector<NamedCapability> list_capabilities(const HostCapabilities& host, const HostPaths& paths = {});

/// Of what perf_event_open(2) answered (0: it gave a descriptor) and of /proc/sys/kernel/perf_event_paranoid. Pure.
Capability describe_counters(int error_number, const std::optional<std::string>& paranoid);

/// Whether IO weights have an effect, which depends on the scheduler of the disks (v1: BFQ) or the cost model (v2:
/// `cost_model` is io.cost.qos of the root group). `io`: the controller. Pure.
Capability describe_io_weight(const ControllerSupport& io, const std::map<std::string, std::string>& schedulers,
                              const std::string& cost_model);

}  // namespace hermetric
