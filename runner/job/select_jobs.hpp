#pragma once

#include <string>
#include <vector>

#include "isolation/sys/result.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

/// --job: the named jobs and all they need, directly or not, in the pipeline's order. The name of a matrix means all of
/// its jobs; no names mean the whole pipeline. Error: a name that is not there.
Result<Pipeline> select_jobs(const Pipeline& pipeline, const std::vector<std::string>& names);

}  // namespace hermetric
