#pragma once

#include <string>
#include <vector>

#include "isolation/cgroup/group_directory.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// Refuses a cap whose controller no group of this job has, with the reason and a remedy.
Status check_controllers(const Limits& limits, const std::vector<std::string>& controllers,
                         const ControllerProblems& problems);

/// Writes a cap and reads it back; an error when it was refused or the kernel made something else of it. A disk that
/// cannot be counted is no error: the reason goes to `io_problem`. `swaps`: path of /proc/swaps.
Status apply_cap(const GroupDirectory& directory, const CapWrite& cap, const std::string& swaps,
                 std::string& io_problem);

}  // namespace hermetric
