#pragma once

#include <iosfwd>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "isolation/sandbox/cell_pool.hpp"
#include "isolation/sys/event.hpp"
#include "reports/model/run_report_writer.hpp"
#include "reports/render/live_display.hpp"
#include "reports/render/summary.hpp"
#include "runner/compose/core_allocator.hpp"
#include "runner/compose/host_report.hpp"
#include "runner/compose/input_layers.hpp"
#include "runner/compose/report_directory.hpp"
#include "runner/compose/session.hpp"
#include "runner/compose/upcoming_jobs.hpp"
#include "runner/job/job_spec.hpp"
#include "runner/sched/scheduler.hpp"

namespace hermetric {

struct PipelineOptions {
  std::string report_directory;
  unsigned max_parallel = 0;  ///< 0: as many as the host has CPUs
  bool fail_fast = false;
  bool pool = true;  ///< make cells ahead
};

/// One `hermetric run`: the jobs through the scheduler, what they say into logs, what they cost into the report.
class PipelineRun {
 public:
  /// `out` shows the progress and the summary.
  static Result<ScheduleSummary> run(Session& session, const Pipeline& pipeline, const PipelineOptions& options,
                                     std::ostream& out, const Style& style);

 private:
  PipelineRun(Session& session, const Pipeline& pipeline, ReportDirectory directory, RunReportWriter writer,
              LiveDisplay& display, SummaryTable& table, Event cancel);

  JobReport run_job(const JobSpec& job, const LeavePlace& leave);
  JobReport run_guarded(const JobSpec& job, unsigned attempt, const LeavePlace& leave);
  JobReport run_attempt(const JobSpec& job, unsigned attempt, const LeavePlace& leave);
  Result<ResolveContext> facts_for(const JobSpec& job);
  void make_pool(const Pipeline& pipeline, std::size_t cells);
  std::optional<PreparedCell> take_prepared(const JobSpec& job, const SandboxSpec& spec);
  void on_finished(const JobReport& report);
  void keep(const JobReport& report);

  Session& session_;
  ReportDirectory directory_;
  RunReportWriter writer_;
  LiveDisplay& display_;
  SummaryTable& table_;
  Event cancel_;
  Capacity capacity_;
  std::unique_ptr<CoreAllocator> cores_;  ///< of a run in which a job has exclusive ones
  JobsCpu jobs_cpu_;
  InputLayers inputs_;
  Status report_status_;
  std::mutex mutex_;
  std::map<std::string, std::vector<JobReport>> earlier_attempts_;
  std::map<std::string, std::vector<std::string>> handed_on_;  ///< artifact paths of jobs that are inputs
  std::unique_ptr<UpcomingJobs> upcoming_;
  std::unique_ptr<CellPool> pool_;  ///< its thread asks upcoming_
};

}  // namespace hermetric
