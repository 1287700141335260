#pragma once

#include <span>
#include <string>

#include "isolation/cgroup/group_directory.hpp"

namespace hermetric {

/// What decides whether a figure of a group means anything.
struct UsageContext {
  bool cpu_capped = false;
  std::string io_problem;  ///< why the kernel does not count a disk that was asked for; empty: it counts
  const ControllerProblems* problems = nullptr;
};

/// Gives every figure of both versions' tables a value with its source, or the reason why there is none.
void fill_usage(std::span<const GroupDirectory> directories, const UsageContext& context, ResourceUsage& usage);

CgroupSample take_sample(std::span<const GroupDirectory> directories);

}  // namespace hermetric
