#pragma once

#include "isolation/sys/result.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

/// Replaces the host paths of a job by canonical ones, so that no symlink stands between what was named and what is
/// mounted. A path that is not there, or no directory where one is needed, is an error that names the key.
Status settle_paths(JobSpec& job);

}  // namespace hermetric
