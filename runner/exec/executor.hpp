#pragma once

#include <functional>
#include <optional>
#include <string>

#include "isolation/sandbox/cell_pool.hpp"
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
  /// Asked for a cell that was made ahead, once an attempt; null: every cell is made when its job is due.
  std::function<std::optional<PreparedCell>(const JobSpec&, const SandboxSpec&)> take_prepared = {};
  /// Called when a job has passed but for its artifacts, its processes are gone and none of its files take memory:
  /// usage, artifacts and the removal of its cell are still to come. Null: nobody waits for that.
  std::function<void()> on_gone = {};
};

/// True for a job that can do with the streams of a prepared cell: nothing to read, output through pipes.
bool may_use_pool(const JobSpec& job);

/// Runs one attempt of one job in a fresh cell, one that was made ahead if there is one, and tells what it cost. Always
/// returns a report: what hermetric itself could not do is the outcome setup_failed with the reason.
JobReport execute(const JobSpec& job, const ResolveContext& facts, const ExecContext& context,
                  const AttemptFiles& files);

}  // namespace hermetric
