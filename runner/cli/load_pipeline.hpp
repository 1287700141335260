#pragma once

#include <string>
#include <vector>

#include "isolation/sys/result.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

/// Reads a job file in the current directory's place: --var texts, the jobs that --job names, host paths settled.
Result<Pipeline> load_pipeline(const std::string& file, const std::vector<std::string>& variables,
                               const std::vector<std::string>& jobs);

}  // namespace hermetric
