#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "isolation/sys/result.hpp"
#include "reports/model/report.hpp"
#include "runner/job/job_spec.hpp"
#include "runner/sched/admission.hpp"

namespace hermetric {

struct ScheduleOptions {
  Capacity capacity;          ///< of the host, for all jobs together
  unsigned max_parallel = 0;  ///< --jobs; 0: as many as the host has CPUs
  bool fail_fast = false;

  /// Ends the run: nothing starts any more. Running jobs end because run() watches a token of the same source.
  /// --fail-fast requests the stop here as well.
  std::stop_source stop;
};

/// How many jobs may run at a time.
unsigned parallel_limit(const ScheduleOptions& options);

/// How many jobs ended which way.
struct ScheduleSummary {
  std::size_t passed = 0;
  std::size_t failed = 0;  ///< ran and did not pass, also with `if_failed: continue`
  std::size_t skipped = 0;
  bool interrupted = false;  ///< stopped from outside, not by --fail-fast

  /// Everything that was due ran and passed. A skip alone is no failure: what caused it has been counted.
  [[nodiscard]] bool success() const { return failed == 0 && !interrupted; }
};

/// Says that a job's processes are gone and that it is passing: its share of the host goes to the next one, beside what
/// is left to do for it. To be called once before the report is returned, or not at all. With one place (`--jobs 1`) it
/// does nothing: nothing goes on beside a job then.
using LeavePlace = std::function<void()>;
using RunJob = std::function<JobReport(const JobSpec&, const LeavePlace&)>;
using OnFinished = std::function<void(const JobReport&)>;

/// Runs a pipeline and returns when everything has ended.
///
/// `run` is called on worker threads, which each take one job at a time and live until the run ends: a job's processes
/// are tied to the thread that made them. There are two for each job that may run at a time, for those that have left
/// their place: so many jobs at most are under way. `on_finished` is called on the caller's thread, once for each job
/// (a skipped one has a report too), before a job that needs this one may start.
///
/// A job that did not pass triggers --fail-fast unless it says `if_failed: continue`.
/// Error: a cap is more than the host has; nothing was started.
Result<ScheduleSummary> run_pipeline(const Pipeline& pipeline, const ScheduleOptions& options, const RunJob& run,
                                     const OnFinished& on_finished);

}  // namespace hermetric
