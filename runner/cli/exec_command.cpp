#include <unistd.h>

#include <iostream>

#include "isolation/sys/files.hpp"
#include "reports/model/report_json.hpp"
#include "runner/cli/command.hpp"
#include "runner/cli/exec_options.hpp"
#include "runner/compose/core_placement.hpp"
#include "runner/compose/interrupt.hpp"
#include "runner/compose/session.hpp"
#include "runner/compose/settle_paths.hpp"
#include "runner/exec/executor.hpp"
#include "runner/exec/verdict.hpp"

namespace hermetric {
namespace {

Status write_report(const RunReport& report, const std::string& path) {
  const std::string text = run_to_json_text(report);
  if (path != "-") return replace_file(path, text);
  std::cout << text << std::flush;
  if (!std::cout) return std::unexpected(Error("stdout could not be written"));
  return {};
}

/// For when nothing else tells how the job itself ended: "failed, exit code 3".
std::string ending_of(const JobReport& job) {
  std::string text(name_of(job.outcome.status));
  if (job.outcome.exit_code) text += ", exit code " + std::to_string(*job.outcome.exit_code);
  return text;
}

/// An exit code of the job's own speaks for itself; everything else is said.
void say(const JobReport& job) {
  const bool own_failure =
      job.outcome.status == OutcomeStatus::kFailed && job.outcome.exit_code != 126 && job.outcome.exit_code != 127;
  if (job.outcome.reason && !own_failure)
    trouble(std::string(name_of(job.outcome.status)) + ": " + *job.outcome.reason);
  for (const std::string& warning : job.warnings) trouble("warning: " + warning);
}

}  // namespace

int exec_command(const Arguments& arguments) {
  ExecOptions options;
  if (const auto code = parse_exec_options("exec", arguments, options)) return *code;
  auto session = Session::open(options.cgroup_parent);
  if (!session) return trouble(session.error());
  if (auto settled = settle_paths(options.job); !settled) return trouble(settled.error());
  if (auto placed = place_alone(options.job, options.cgroup_parent); !placed) return trouble(placed.error());

  RunReport report;
  if (options.report) report = begin_run_report(**session);
  const ExecContext context{(*session)->host(), (*session)->interrupt(), {}};
  const AttemptFiles files{options.stdout_file, options.stderr_file, options.artifacts_directory};
  JobReport job = execute(options.job, (*session)->facts_for(options.job), context, files);
  say(job);
  const int code = exit_code_of(job.outcome, caught_interrupt());
  if (!options.report) return code;
  JobsCpu cpu;
  cpu.add(job);
  report.jobs.push_back(std::move(job));
  end_run_report(report, cpu);
  if (auto written = write_report(report, *options.report); !written)
    return trouble(std::move(written)
                       .error()
                       .in("--report " + *options.report)
                       .remedy("the job itself: " + ending_of(report.jobs.front())));
  return code;
}

}  // namespace hermetric
