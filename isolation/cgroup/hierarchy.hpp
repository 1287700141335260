#pragma once

#include <string>
#include <vector>

#include "isolation/cgroup/cgroup.hpp"
#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/sys/mountinfo.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// A mounted cgroup hierarchy as hermetric sees it. One without a `problem` can take new groups below `base`.
struct CgroupHierarchy {
  bool unified = false;                  ///< cgroup2; otherwise a v1 mount, perhaps of several controllers
  std::vector<std::string> controllers;  ///< cgroup2: those that may be enabled for children of base
  std::string mount_point;
  std::string base;     ///< directory below which groups are made; empty if this mount does not show it
  std::string problem;  ///< why no group can be made here; empty if one can
};

/// Joins mounts and memberships; touches no file, so cgroup2 has no controllers yet. The mount's `root` field is what
/// the path of /proc/self/cgroup starts with when only a part of the hierarchy is mounted (containers).
std::vector<CgroupHierarchy> join_hierarchies(const std::vector<MountEntry>& mounts,
                                              const std::vector<CgroupMembership>& memberships,
                                              const std::optional<std::string>& parent);

/// The same from this host, with cgroup2's controllers and what stands in the way. Only controllers and v1 mounts that
/// hermetric has a use for. Changes nothing.
///
/// cgroup2 hands controllers on only where no process is (cgroup-v2.rst, "No Internal Process Constraint"). This
/// process can move itself (delegation.hpp); where others are in the own group, as in a terminal's scope, the base is
/// the nearest group above that has none: beside the own one, whose caps then do not bind the jobs. Where there is none
/// that is writable, the own group stays the base without controllers, and they are a hierarchy with a problem.
Result<std::vector<CgroupHierarchy>> find_hierarchies(const CgroupRoots& roots);

/// "other processes are in GROUP": the problem of such a base.
std::string others_in(const std::string& group);

/// What those without a problem amount to.
CgroupLayout layout_of(const std::vector<CgroupHierarchy>& hierarchies);

/// Where a process moves itself when it is in the way of its own children; see delegation.hpp.
inline constexpr std::string_view kSelfGroupPrefix = "hermetric-self-";

}  // namespace hermetric
