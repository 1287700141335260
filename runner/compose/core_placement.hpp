#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "runner/compose/core_allocator.hpp"
#include "runner/job/job_spec.hpp"
#include "runner/sched/admission.hpp"

namespace hermetric {

/// Refuses caps that are more than the host has; gives a job that runs alone the cores that its exclusive_cores asks
/// for, as its cpuset, and settles its memory nodes. `cgroup_parent`: where its groups will be made, if not in the own
/// one.
Status place_alone(JobSpec& job, const std::optional<std::string>& cgroup_parent);

/// The same for a job that is run again and again to be compared: one that asks for no cores keeps to all that this
/// process may use now, where a cpuset can be set, so that every run has the same.
Status pin(JobSpec& job, const std::optional<std::string>& cgroup_parent);

/// Nothing when no job of the run asks for exclusive_cores. Else every job gets cores of its own: `capacity` becomes
/// that of the cores to be had, and an error says which job cannot be placed, before anything starts.
Result<std::unique_ptr<CoreAllocator>> allocate_cores(const Pipeline& pipeline, Capacity& capacity);

/// Sets the cpuset and the memory nodes of a job.
void place(JobSpec& job, const CorePlacement& placement);

/// A job with a cpuset takes its memory from the nodes of its CPUs, as far as this host tells which.
void settle_memory_nodes(std::span<JobSpec> jobs, const std::optional<std::string>& cgroup_parent);

}  // namespace hermetric
