#include "runner/sched/scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "runner/sched/job_graph.hpp"
#include "runner/sched/worker_pool.hpp"

namespace hermetric {
namespace {

/// One for the job that has the place, one for what is left to do for a job that has left it.
constexpr std::size_t kWorkersForAPlace = 2;

/// What a worker says of its job: that its place is free, what became of it, or both.
struct Progress {
  std::size_t job;
  bool frees_place;
  std::optional<JobReport> report;
};

JobReport skipped_report(const JobSpec& job, const std::string& reason) {
  const Measured missing = Measured::missing("the job did not run");
  JobReport report;
  report.name = job.name;
  report.command = job.command;
  report.limits = job.limits;
  report.outcome.status = OutcomeStatus::kSkipped;
  report.outcome.reason = reason;
  for_each_measured(report.resources, [&](std::string_view, Measured& figure) { figure = missing; });
  report.output.stdout_bytes = report.output.stderr_bytes = missing;
  return report;
}

std::vector<Share> demands_of(const Pipeline& pipeline, const Capacity& capacity) {
  std::vector<Share> demands;
  demands.reserve(pipeline.jobs.size());
  for (const JobSpec& job : pipeline.jobs) demands.push_back(demand_of(job, capacity));
  return demands;
}

/// The caller's side of a run: graph and admission belong to one thread, only the pool knows others.
class Run {
 public:
  Run(const Pipeline& pipeline, const ScheduleOptions& options, const RunJob& run, const OnFinished& on_finished)
      : pipeline_(pipeline),
        options_(options),
        stop_(options.stop),
        on_finished_(on_finished),
        graph_(pipeline),
        admission_(share_of(options.capacity, parallel_limit(options)), demands_of(pipeline, options.capacity)),
        pool_(std::min<std::size_t>(kWorkersForAPlace * parallel_limit(options), pipeline.jobs.size()),
              [this, &run](const std::size_t& job) { return work_on(job, run); }) {}

  ScheduleSummary to_the_end() {
    for (;;) {
      if (!stopping_ && stop_.stop_requested()) interrupt();
      start_what_may();
      if (graph_.done()) return summary_;
      // While stopping, the ends of the running jobs are still waited for.
      if (const auto progress = pool_.take(stopping_ ? std::stop_token() : stop_.get_token())) {
        if (progress->frees_place) admission_.release(progress->job);
        if (progress->report) finish(progress->job, *progress->report);
      }
    }
  }

 private:
  void start_what_may() {
    while (const auto job = admission_.admit(graph_.ready())) {
      graph_.start(*job);
      pool_.put(*job);
    }
  }

  /// On a worker's thread. With one place nothing of a job goes on beside the next.
  Progress work_on(std::size_t job, const RunJob& run) {
    bool has_place = true;
    JobReport report = run(pipeline_.jobs[job], [&] {
      if (parallel_limit(options_) == 1) return;
      has_place = false;
      pool_.announce({job, true, std::nullopt});
    });
    return {job, has_place, std::move(report)};
  }

  void finish(std::size_t number, const JobReport& report) {
    const JobSpec& job = pipeline_.jobs[number];
    const OutcomeStatus status = report.outcome.status;
    ++(status == OutcomeStatus::kPassed ? summary_.passed : summary_.failed);
    on_finished_(report);
    skip(graph_.finish(number, status));
    if (options_.fail_fast && status != OutcomeStatus::kPassed && job.if_failed == IfFailed::kStop && !stopping_)
      end_early(fmt::format("--fail-fast, and job \"{}\" did not pass", job.name));
  }

  void interrupt() {
    summary_.interrupted = true;
    end_early("the run was stopped before this job started");
  }

  void end_early(const std::string& reason) {
    stopping_ = true;
    stop_.request_stop();
    skip(graph_.skip_rest(reason));
  }

  void skip(const std::vector<Skip>& skips) {
    summary_.skipped += skips.size();
    for (const Skip& each : skips) on_finished_(skipped_report(pipeline_.jobs[each.job], each.reason));
  }

  const Pipeline& pipeline_;
  const ScheduleOptions& options_;
  std::stop_source stop_;
  const OnFinished& on_finished_;
  JobGraph graph_;
  Admission admission_;
  bool stopping_ = false;
  ScheduleSummary summary_;
  WorkerPool<std::size_t, Progress> pool_;
};

}  // namespace

unsigned parallel_limit(const ScheduleOptions& options) {
  if (options.max_parallel > 0) return options.max_parallel;
  return static_cast<unsigned>(std::max(1.0, std::ceil(options.capacity.cpus)));
}

Result<ScheduleSummary> run_pipeline(const Pipeline& pipeline, const ScheduleOptions& options, const RunJob& run,
                                     const OnFinished& on_finished) {
  TRY(check_capacity(pipeline, options.capacity));
  return Run(pipeline, options, run, on_finished).to_the_end();
}

}  // namespace hermetric
