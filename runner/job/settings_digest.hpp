#pragma once

#include <map>
#include <optional>
#include <string>

#include "runner/job/job_spec.hpp"

namespace hermetric {

/// A digest of what decides a job beside its command, root, limits, workspace and the artifacts of other jobs: equal
/// for jobs that are alike. `environment` is hermetric's own, for pass_env. What tells the time (SOURCE_DATE_EPOCH)
/// does not count, nor does how the job is watched. Nothing where the job sees what no digest tells: no workspace that
/// could be known, further directories, input, or the host's network. It goes into reports: it tells no value of the
/// environment, but who guesses all of it can see that the guess is right.
std::optional<std::string> settings_digest(const JobSpec& job, const std::map<std::string, std::string>& environment);

}  // namespace hermetric
