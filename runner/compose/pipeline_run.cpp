#include "runner/compose/pipeline_run.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <ostream>
#include <set>
#include <stop_token>
#include <thread>
#include <utility>

#include "isolation/sys/files.hpp"
#include "isolation/sys/scope_exit.hpp"
#include "runner/compose/core_placement.hpp"
#include "runner/exec/executor.hpp"

namespace hermetric {
namespace {

/// Requests the stop when a signal arrives; the scheduler's own stop (--fail-fast) goes the other way by a callback.
std::jthread watch_for_interrupt(const Event& interrupt, std::stop_source stop, const Event& over) {
  return std::jthread([&interrupt, &over, stop = std::move(stop)]() mutable {
    std::array<pollfd, 2> polled{{{interrupt.fd(), POLLIN, 0}, {over.fd(), POLLIN, 0}}};
    while (::poll(polled.data(), polled.size(), -1) < 0) {
    }
    if (polled[0].revents != 0) stop.request_stop();
  });
}

JobReport failed_to_start(const JobSpec& job, unsigned attempt, const Error& why) {
  JobReport report;
  report.name = job.name;
  report.attempt = attempt;
  report.command = job.command;
  report.outcome.status = OutcomeStatus::kSetupFailed;
  report.outcome.reason = why.message();
  return report;
}

std::string log_path(const std::string& directory, const char* stream, unsigned attempt) {
  return directory + "/" + stream + (attempt == 0 ? "" : ".attempt-" + std::to_string(attempt)) + ".log";
}

}  // namespace

PipelineRun::PipelineRun(Session& session, const Pipeline& pipeline, ReportDirectory directory, RunReportWriter writer,
                         LiveDisplay& display, SummaryTable& table, Event cancel)
    : session_(session),
      directory_(std::move(directory)),
      writer_(std::move(writer)),
      display_(display),
      table_(table),
      cancel_(std::move(cancel)),
      inputs_(session.host()) {
  for (const JobSpec& job : pipeline.jobs)
    for (const std::string& input : job.inputs) handed_on_[input];
}

Result<ScheduleSummary> PipelineRun::run(Session& session, const Pipeline& pipeline, const PipelineOptions& options,
                                         std::ostream& out, const Style& style) {
  RunReport report = begin_run_report(session);
  ScheduleOptions schedule;
  schedule.capacity = host_capacity();
  schedule.max_parallel = options.max_parallel;
  schedule.fail_fast = options.fail_fast;
  TRY(check_capacity(pipeline, schedule.capacity));
  TRY_ASSIGN(auto cores, allocate_cores(pipeline, schedule.capacity));
  TRY_ASSIGN(ReportDirectory directory, ReportDirectory::prepare(options.report_directory));
  TRY_ASSIGN(RunReportWriter writer, RunReportWriter::create(directory.report()));
  TRY_ASSIGN(Event cancel, Event::create());
  TRY_ASSIGN(const Event over, Event::create());
  const std::string report_path = directory.report();
  Result<ScheduleSummary> summary;
  SummaryTable table;
  Status written;
  {
    LiveDisplay display(out, style);
    PipelineRun run(session, pipeline, std::move(directory), std::move(writer), display, table, std::move(cancel));
    run.capacity_ = schedule.capacity;
    run.cores_ = std::move(cores);
    if (options.pool && !run.cores_) run.make_pool(pipeline, parallel_limit(schedule));
    const std::stop_callback cancel_jobs(schedule.stop.get_token(), [&run] { run.cancel_.set(); });
    const std::jthread watcher = watch_for_interrupt(session.interrupt(), schedule.stop, over);
    const ScopeExit end_watch([&over] { over.set(); });  // whatever happens: the watcher is waited for
    summary = run_pipeline(
        pipeline, schedule, [&run](const JobSpec& job, const LeavePlace& leave) { return run.run_job(job, leave); },
        [&run](const JobReport& job) { run.on_finished(job); });
    if (!summary) return summary;
    end_run_report(report, run.jobs_cpu_);
    written = run.report_status_ ? run.writer_.finish(report) : std::move(run.report_status_);
  }
  out << '\n' << table.text(report.wall, style) << std::flush;
  if (!written) return std::unexpected(std::move(written).error().in("report"));
  out << "report: " << report_path << '\n' << std::flush;
  return summary;
}

/// As many cells as jobs may run at a time.
void PipelineRun::make_pool(const Pipeline& pipeline, std::size_t cells) {
  pool_ = std::make_unique<CellPool>(session_.host(), cells);
  upcoming_ = std::make_unique<UpcomingJobs>(pipeline, cells, [this](const JobSpec& job) -> std::optional<SandboxSpec> {
    if (!may_use_pool(job)) return std::nullopt;
    const auto facts = facts_for(job);
    if (!facts) return std::nullopt;
    auto spec = resolve(job, *facts);
    return spec ? std::optional(*std::move(spec)) : std::nullopt;
  });
}

/// The jobs that come next are looked at by the pool's thread: this job is on its way to its exec.
std::optional<PreparedCell> PipelineRun::take_prepared(const JobSpec& job, const SandboxSpec& spec) {
  if (!pool_) return std::nullopt;
  auto cell = may_use_pool(job) ? pool_->take(spec) : std::nullopt;
  upcoming_->gone(job.name);
  pool_->look_ahead([this] { return upcoming_->next(); });
  return cell;
}

JobReport PipelineRun::run_job(const JobSpec& job, const LeavePlace& leave) {
  display_.job_started(job.name);
  for (unsigned attempt = 1;; ++attempt) {
    JobReport report = run_guarded(job, attempt, leave);
    const bool own_failure = report.outcome.status != OutcomeStatus::kPassed &&
                             report.outcome.status != OutcomeStatus::kCancelled &&
                             report.outcome.status != OutcomeStatus::kSetupFailed;
    if (!own_failure || attempt > job.retries || cancel_.is_set()) return report;
    const std::string logs = directory_.logs_of(job.name);
    for (const char* stream : {"stdout", "stderr"})
      (void)std::rename(log_path(logs, stream, 0).c_str(), log_path(logs, stream, attempt).c_str());
    (void)remove_tree(directory_.artifacts_of(job.name));
    const std::lock_guard lock(mutex_);
    earlier_attempts_[job.name].push_back(std::move(report));
  }
}

/// What a library throws (fs::copy, a thread that cannot start) ends this job, not hermetric and all the others.
JobReport PipelineRun::run_guarded(const JobSpec& job, unsigned attempt, const LeavePlace& leave) {
  try {
    return run_attempt(job, attempt, leave);
  } catch (const std::exception& error) {
    return failed_to_start(job, attempt, Error(error.what()));
  }
}

JobReport PipelineRun::run_attempt(const JobSpec& job, unsigned attempt, const LeavePlace& leave) {
  const std::string logs = directory_.logs_of(job.name);
  const auto facts = facts_for(job);
  const Status made = make_directories(logs);
  if (!facts || !made) return failed_to_start(job, attempt, facts ? made.error() : facts.error());
  const ExecContext context{session_.host(), cancel_,
                            [this](const JobSpec& running, Duration elapsed, const CgroupSample& sample) {
                              std::optional<Duration> cpu;
                              std::optional<Bytes> memory;
                              if (sample.cpu_usage_usec)
                                cpu = Duration(static_cast<Duration::rep>(*sample.cpu_usage_usec));
                              if (sample.memory_bytes) memory = Bytes{*sample.memory_bytes};
                              display_.job_sample(running.name, elapsed, cpu, memory);
                            },
                            [this](const JobSpec& due, const SandboxSpec& spec) { return take_prepared(due, spec); },
                            cores_ ? nullptr : leave};  // own cores are given back with the report
  const AttemptFiles files{log_path(logs, "stdout", 0), log_path(logs, "stderr", 0), directory_.artifacts_of(job.name)};
  JobSpec placed = job;
  std::unique_ptr<CoreAllocator::Lease> own_cores;  // to the end of the attempt
  if (cores_) {
    auto lease = cores_->take(cores_of(job, capacity_));
    if (!lease) return failed_to_start(job, attempt, lease.error());
    own_cores = *std::move(lease);
    place(placed, own_cores->placement());
  }
  JobReport report = execute(placed, *facts, context, files);
  report.attempt = attempt;
  return report;
}

/// A path that two inputs bring would hide one of them: an error of the job file that only shows now.
Result<ResolveContext> PipelineRun::facts_for(const JobSpec& job) {
  ResolveContext facts = session_.facts_for(job);
  facts.report_directory = directory_.path();
  std::map<std::string, std::string> owner;
  const std::lock_guard lock(mutex_);
  for (const std::string& input : job.inputs) {
    for (const std::string& path : handed_on_[input]) {
      const auto [other, fresh] = owner.emplace(path, input);
      if (!fresh)
        return std::unexpected(Error("inputs: \"" + path + "\" comes from both \"" + other->second + "\" and \"" +
                                     input + "\": narrow the artifacts of one"));
    }
    const std::string artifacts = directory_.artifacts_of(input);
    std::error_code error;
    const auto status = std::filesystem::status(artifacts, error);
    if (status.type() == std::filesystem::file_type::not_found) continue;
    if (error) return std::unexpected(Error::system("inputs", artifacts, error.value()));
    TRY_ASSIGN(std::string layer, inputs_.layer_of(artifacts, job.workspace));
    facts.inputs.push_back(std::move(layer));
  }
  return facts;
}

void PipelineRun::on_finished(const JobReport& report) {
  std::vector<JobReport> earlier;
  {
    const std::lock_guard lock(mutex_);
    if (auto found = earlier_attempts_.extract(report.name)) earlier = std::move(found.mapped());
    if (const auto wanted = handed_on_.find(report.name); wanted != handed_on_.end())
      for (const ArtifactReport& artifact : report.artifacts) wanted->second.push_back(artifact.path);
  }
  for (const JobReport& attempt : earlier) keep(attempt);
  keep(report);
  // Of these no cell was asked for.
  if (upcoming_ &&
      (report.outcome.status == OutcomeStatus::kSkipped || report.outcome.status == OutcomeStatus::kSetupFailed))
    upcoming_->gone(report.name);
  if (report.outcome.status == OutcomeStatus::kSkipped) {
    display_.skipped(report.name, report.outcome.reason.value_or(""));
  } else {
    display_.job_finished(report);
  }
}

void PipelineRun::keep(const JobReport& report) {
  table_.add(report);
  jobs_cpu_.add(report);
  if (auto added = writer_.add(report); !added && report_status_) report_status_ = std::move(added);
}

}  // namespace hermetric
