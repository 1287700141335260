#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/cgroup/hierarchy.hpp"
#include "isolation/host/host_text.hpp"
#include "isolation/types/host.hpp"
#include "isolation/types/units.hpp"

namespace hermetric {

/// What a host is and can do: data, taken once at the start. An empty optional is "could not be found out".
struct HostCapabilities {
  std::string hostname;
  std::string kernel_release;
  std::string architecture;  ///< as uname -m says it
  std::optional<KernelVersion> kernel;
  std::optional<std::string> cpu_model;
  std::vector<unsigned> online_cpus;  ///< numbers, ascending
  std::optional<Bytes> memory_total;
  std::optional<Bytes> swap_total;
  Bytes page_size;

  Capability root;  ///< effective CAP_SYS_ADMIN
  Capability overlay;
  Capability idmapped_layers;               ///< id-mapped mounts as lower layers of an overlay
  Capability clone_into_cgroup;             ///< clone3(CLONE_INTO_CGROUP)
  std::vector<NamedCapability> namespaces;  ///< cgroup, ipc, mnt, net, pid, time, user, uts
  CgroupLayout cgroup_layout = CgroupLayout::kNone;
  std::vector<ControllerSupport> controllers;
};

/// What the probe looks at; a test points it at a fake tree.
struct HostPaths {
  std::string proc = "/proc";
  std::string sys = "/sys";
  std::string online_cpus = "/sys/devices/system/cpu/online";
  CgroupRoots cgroups = {};
};

/// Reads a dozen small files and changes nothing; some 150 us, since it is on the start path of `hermetric exec`.
/// What takes longer is in capability_list.hpp and noise.hpp.
/// What cannot be read is a missing figure or capability, never an error.
HostCapabilities probe_host(const HostPaths& paths = {});

/// The part of probe_host() about cgroups, from hierarchies that find_hierarchies() found. Pure.
std::vector<ControllerSupport> describe_controllers(const std::vector<CgroupHierarchy>& hierarchies);

/// A capability that came with a version of Linux. Pure.
Capability since(const HostCapabilities& host, KernelVersion first);

}  // namespace hermetric
