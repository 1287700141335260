#include "runner/exec/executor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"
#include "isolation/types/privileges.hpp"
#include "isolation/workspace/artifacts.hpp"
#include "runner/job/settings_digest.hpp"

namespace hermetric {
namespace {

/// One attempt, step by step. The first error wins and ends up in the report; what was acquired goes with the object.
class Attempt {
 public:
  Attempt(const JobSpec& job, const ExecContext& context, const AttemptFiles& files, JobReport& report)
      : job_(job), context_(context), files_(files), report_(report) {}

  Status run(const ResolveContext& facts) {
    TRY_ASSIGN(SandboxSpec spec, resolve(job_, facts));
    report_.limits = spec.limits;
    if (auto prepared = take_prepared(spec)) {
      TRY(release(*std::move(prepared), std::move(spec)));
    } else {
      TRY(start(std::move(spec)));
    }
    TRY_ASSIGN(const Intervention intervention, watch());
    TRY_ASSIGN(const Ending ending, sandbox_->wait());
    const bool is_passing = ending.exit_code == 0 && intervention == Intervention::kNone;
    if (context_.on_gone && is_passing && job_.scratch != "tmpfs") context_.on_gone();
    warn_of_pauses();
    sandbox_->read_usage(report_.resources);
    report_.denied = sandbox_->denials();
    report_.outcome = decide_outcome(ending, intervention, report_.resources, job_.limits);
    report_.isolation.namespaces = sandbox_->namespaces();
    look_at_workspace();
    return {};
  }

  /// Removes the cell, whatever happened before.
  void close() {
    if (!sandbox_) return;
    if (auto closed = sandbox_->close(); !closed)
      report_.warnings.push_back("not everything could be removed: " + closed.error().message());
    report_.phases = sandbox_->phases();
  }

 private:
  OutputStream* out() { return out_ ? &*out_ : nullptr; }
  OutputStream* err() { return err_ ? &*err_ : nullptr; }

  std::optional<PreparedCell> take_prepared(const SandboxSpec& spec) const {
    return context_.take_prepared ? context_.take_prepared(job_, spec) : std::nullopt;
  }

  Status release(PreparedCell cell, SandboxSpec spec) {
    sandbox_ = std::move(cell.sandbox);
    report_.from_pool = true;
    TRY_ASSIGN(out_file_, open_sink(*files_.stdout_file));
    TRY_ASSIGN(err_file_, open_sink(*files_.stderr_file));
    out_.emplace(OutputStream::of(std::move(cell.out), out_file_.get(), *files_.stdout_file));
    err_.emplace(OutputStream::of(std::move(cell.err), err_file_.get(), *files_.stderr_file));
    TRY(check_cpu_time_is_counted());
    return sandbox_->release(std::move(spec));
  }

  Status start(SandboxSpec spec) {
    TRY(open_streams());
    TRY_ASSIGN(sandbox_, Sandbox::create(context_.host, std::move(spec)));
    TRY(check_cpu_time_is_counted());
    TRY(sandbox_->start(streams_));
    for (OutputStream* stream : {out(), err()})
      if (stream != nullptr) stream->close_job_end();
    return {};
  }

  Result<int> open_input() {
    if (job_.stdin_from == "inherit") return STDIN_FILENO;
    const std::string path = job_.stdin_from == "null" ? "/dev/null" : job_.stdin_from;
    auto file = sys::open(path, O_RDONLY);
    if (!file) return std::unexpected(std::move(file).error().in("stdin"));
    in_ = *std::move(file);
    return in_.get();
  }

  static Result<Fd> open_sink(const std::string& path) {
    return named("output file", sys::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644));
  }

  /// Through a pipe whenever hermetric must see or count what comes; else the job gets the descriptor itself.
  Result<int> open_output(const std::optional<std::string>& path, int inherited, const char* name, Fd& file,
                          std::optional<OutputStream>& stream) {
    if (!path && !job_.limits.output) return inherited;
    if (path) {
      TRY_ASSIGN(file, open_sink(*path));
    }
    TRY_ASSIGN(OutputStream piped, OutputStream::create(path ? file.get() : inherited, path.value_or(name)));
    stream.emplace(std::move(piped));
    return stream->job_end();
  }

  Status open_streams() {
    TRY_ASSIGN(streams_.in, open_input());
    TRY_ASSIGN(streams_.out, open_output(files_.stdout_file, STDOUT_FILENO, "stdout", out_file_, out_));
    TRY_ASSIGN(streams_.err, open_output(files_.stderr_file, STDERR_FILENO, "stderr", err_file_, err_));
    return {};
  }

  Status check_cpu_time_is_counted() const {
    if (!job_.limits.cpu_time || sandbox_->sample().cpu_usage_usec) return {};
    return std::unexpected(Error("cpu_time: no cgroup of this host counts the job's CPU time").remedy(kGroupRemedy));
  }

  Result<Intervention> watch() {
    Supervisor supervisor(*sandbox_, job_.limits, out(), err(), context_.cancel);
    supervisor.sample_every(job_.sample, [&](Duration elapsed, const CgroupSample& sample) {
      if (context_.on_sample) context_.on_sample(job_, elapsed, sample);
    });
    auto intervention = supervisor.watch();
    report_.output.truncated = supervisor.output_truncated();
    if (out_) report_.output.stdout_bytes = Measured::of(out_->bytes(), "counted in the pipe");
    if (err_) report_.output.stderr_bytes = Measured::of(err_->bytes(), "counted in the pipe");
    take_samples(supervisor.timeline());
    if (intervention && *intervention == Intervention::kNone && supervisor.disk_was_full())
      return Intervention::kDiskFull;
    return intervention;
  }

  void warn_of_pauses() {
    const auto paused = std::chrono::duration_cast<std::chrono::milliseconds>(sandbox_->paused_time().total);
    if (paused > Duration::zero()) report_.warnings.push_back("paused for " + std::to_string(paused.count()) + " ms");
  }

  void take_samples(const Timeline& timeline) {
    TimelineTable table = table_of(timeline);
    report_.samples = {timeline.interval(), std::move(table.columns), std::move(table.rows)};
    note_composition(timeline);
  }

  /// Nobody keeps peaks of these but the samples; a job that is too short for one has none.
  void note_composition(const Timeline& timeline) {
    const auto note = [&](Measured& figure, const std::optional<std::uint64_t>& highest) {
      if (highest)
        figure = Measured::of(*highest, "sampled: the highest of " + std::to_string(timeline.samples()));
      else if (timeline.samples() > 0)
        figure = Measured::missing("no memory cgroup");
      else
        figure = Measured::missing("sampled, and the job ended before the first sample");
    };
    ResourceUsage::Memory& memory = report_.resources.memory;
    note(memory.anon_peak_bytes, timeline.highest().anon_bytes);
    note(memory.file_peak_bytes, timeline.highest().file_bytes);
    note(memory.shmem_peak_bytes, timeline.highest().shmem_bytes);
  }

  void look_at_workspace() {
    const auto layers = sandbox_->workspace_layers();
    if (layers) {
      count(*layers);
      if (files_.artifacts_directory && report_.outcome.status != OutcomeStatus::kSetupFailed) collect(*layers);
    }
    sandbox_->mark(Stage::kArtifacts);
  }

  void count(const OverlayLayers& layers) {
    const auto counts = count_changes(layers);
    ResourceUsage::Workspace& usage = report_.resources.workspace;
    if (!counts) {
      for (Measured* figure : {&usage.files_created, &usage.files_modified, &usage.files_deleted, &usage.bytes_written})
        *figure = Measured::missing(counts.error().message());
      return;
    }
    constexpr const char* kSource = "the workspace's upper layer";
    usage.files_created = Measured::of(counts->files_created, kSource);
    usage.files_modified = Measured::of(counts->files_modified, kSource);
    usage.files_deleted = Measured::of(counts->files_deleted, kSource);
    usage.bytes_written = Measured::of(counts->bytes_written, kSource);
  }

  void collect(const OverlayLayers& layers) {
    auto collection = collect_artifacts(layers, *job_.workspace, job_.artifacts, *files_.artifacts_directory);
    if (!collection) {
      report_.outcome.status = OutcomeStatus::kSetupFailed;
      report_.outcome.reason = "artifacts: " + collection.error().message();
      return;
    }
    for (CollectedFile& file : collection->files)
      report_.artifacts.push_back({std::move(file.path), file.size, std::move(file.sha256)});
    for (std::string& warning : collection->warnings) report_.warnings.push_back(std::move(warning));
  }

  const JobSpec& job_;
  const ExecContext& context_;
  const AttemptFiles& files_;
  JobReport& report_;
  Fd in_, out_file_, err_file_;
  std::optional<OutputStream> out_, err_;
  Streams streams_;
  std::unique_ptr<Sandbox> sandbox_;
};

JobReport blank_report(const JobSpec& job, const ExecContext& context) {
  JobReport report;
  report.name = job.name;
  report.command = job.command;
  report.limits = job.limits;
  report.isolation.root = job.root;
  report.isolation.network = name_of(job.network);
  report.isolation.cgroup = name_of(context.host.cgroups().layout());
  report.output.stdout_bytes = Measured::missing("the job wrote to hermetric's own stdout");
  report.output.stderr_bytes = Measured::missing("the job wrote to hermetric's own stderr");
  return report;
}

}  // namespace

bool may_use_pool(const JobSpec& job) { return job.stdin_from == "null"; }

JobReport execute(const JobSpec& job, const ResolveContext& facts, const ExecContext& context,
                  const AttemptFiles& files) {
  JobReport report = blank_report(job, context);
  Attempt attempt(job, context, files, report);
  if (auto done = attempt.run(facts); !done) {
    report.outcome = {};
    report.outcome.status = context.cancel.is_set() ? OutcomeStatus::kCancelled : OutcomeStatus::kSetupFailed;
    report.outcome.reason = done.error().message();
  }
  attempt.close();
  if (const auto settings = settings_digest(job, facts.environment); settings && !facts.workspace_files)
    report.inputs = {*settings, *job.workspace, job.inputs};
  if (report.resources.memory.oom_kills.value.value_or(0) > 0 && report.outcome.status == OutcomeStatus::kPassed)
    report.warnings.emplace_back("the kernel killed a process of the job for lack of memory");
  return report;
}

}  // namespace hermetric
