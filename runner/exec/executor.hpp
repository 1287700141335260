#pragma once

#include <functional>
#include <optional>
#include <string>

#include "isolation/sandbox/sandbox.hpp"
#include "isolation/sys/event.hpp"
#include "reports/model/report.hpp"
#include "runner/exec/supervisor.hpp"
#include "runner/job/job_spec.hpp"
#include "runner/job/resolve.hpp"

namespace hermetric {

/// Where one attempt's streams and artifacts go.
struct AttemptFiles {
  std::optional<std::string> stdout_file;  ///< nothing: hermetric's own
  std::optional<std::string> stderr_file;
  std::optional<std::string> artifacts_directory;  ///< made when there is something to take
};

/// What a job runs on. Shared by all jobs of a run; everything is borrowed.
struct ExecContext {
  SandboxHost& host;
  const Event& cancel;
  std::function<void(const JobSpec&, Duration elapsed, const CgroupSample&)> on_sample;
};

/// Runs one attempt of one job in a fresh cell and tells what it cost. Always returns a report: what hermetric itself
/// could not do is the outcome setup_failed with the reason.
JobReport execute(const JobSpec& job, const ResolveContext& facts, const ExecContext& context,
                  const AttemptFiles& files);

}  // namespace hermetric
