#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "isolation/process/plan.hpp"
#include "isolation/sandbox/masked_paths.hpp"
#include "isolation/sandbox/spec.hpp"
#include "isolation/types/cgroup_entry.hpp"
#include "isolation/workspace/mount_template.hpp"

namespace hermetric {

/// The kernel objects a plan's steps refer to by number. Borrowed: they must be open when the plan is launched.
struct PlanResources {
  int runner_pidfd = -1;
  int user_namespace_fd = -1;
  CgroupEntry cgroup;
  int stdin_fd = -1;
  int stdout_fd = -1;
  int stderr_fd = -1;
  std::string scratch_directory;  ///< a path, not a descriptor: that would belong to the runner's mount namespace
  std::string skeleton_layer;
  std::vector<MaskedPath> masked_paths;
  bool rootless = false;      ///< by what is root only in a user namespace of its own
  bool keeps_groups = false;  ///< the job has no id but one, and may drop no group: user_namespaces(7)
  bool prepared = false;      ///< the job waits for its command: Op::kAwaitCommand
  std::string clock_offsets;  ///< for /proc/PID/timens_offsets, time_namespaces(7)
};

/// The flags for Init::launch: every namespace but user and cgroup, which the job gets itself, and time, which init
/// unshares for it.
std::uint64_t namespace_flags(const SandboxSpec& spec);

/// Turns a spec into steps. Pure: opens nothing, looks at nothing but its arguments.
std::shared_ptr<const Plan> build_plan(const SandboxSpec& spec, const PlanResources& resources,
                                       const MountTemplate& mounts);

/// How many of MountTemplate's lower slots the plan for `spec` uses.
unsigned count_mapped_lowers(const SandboxSpec& spec);

/// The overlay of `spec.mounts`, parts of the host's tree included, that has upper number `1 + index` in the scratch
/// directory; upper 0 is the root's.
std::vector<const ViewMount*> overlays_of(const SandboxSpec& spec);

}  // namespace hermetric
