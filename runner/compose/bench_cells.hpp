#pragma once

#include "isolation/sandbox/cell_pool.hpp"
#include "isolation/sys/result.hpp"
#include "runner/compose/session.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

/// One job, run again and again for its time: what `hermetric bench` and the suites of bench/ measure.
class BenchCells {
 public:
  /// `job` passes and says nothing.
  static Result<std::unique_ptr<BenchCells>> create(Session& session, JobSpec job);

  /// From nothing to nothing: what `hermetric run` does for a job without the pool, but for its logs.
  Status cold();

  struct FromPool {
    Duration to_death{};  ///< from the release until init has reaped the job's root process
    Duration to_end{};    ///< until the whole cell is dead and its runner knows
  };
  /// In a cell that was made ahead; making it and removing it is not in the times.
  Result<FromPool> from_pool();

 private:
  BenchCells(Session& session, JobSpec job, SandboxSpec spec)
      : session_(session), job_(std::move(job)), spec_(std::move(spec)), pool_(session.host(), 1) {}
  Result<PreparedCell> next_cell();

  Session& session_;
  JobSpec job_;
  SandboxSpec spec_;
  CellPool pool_;
};

}  // namespace hermetric
