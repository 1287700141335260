#include <CLI/CLI.hpp>
#include <unistd.h>

#include <iostream>

#include "runner/cli/command.hpp"
#include "runner/cli/load_pipeline.hpp"
#include "runner/compose/interrupt.hpp"
#include "runner/compose/pipeline_run.hpp"
#include "runner/compose/session.hpp"

namespace hermetric {
namespace {

struct RunOptions {
  std::string file;
  std::vector<std::string> jobs, variables;
  PipelineOptions pipeline{.report_directory = "hermetric-report"};
  bool no_pool = false;
};

void add_run_options(CLI::App& app, RunOptions& options) {
  app.footer("As in: hermetric run ci.yml --job test --report-dir out");
  app.add_option("FILE", options.file, "job file, YAML or JSON")->required();
  app.add_option("--job", options.jobs, "run this job and what it needs")->type_name("NAME")->allow_extra_args(false);
  app.add_option("--jobs", options.pipeline.max_parallel, "at most N at a time (the host's CPUs)")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  app.add_flag("--fail-fast", options.pipeline.fail_fast, "end everything at the first failure");
  app.add_option("--report-dir", options.pipeline.report_directory, "where report, logs and artifacts go")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--var", options.variables, "replaces ${K} in the job file")
      ->type_name("K=V")
      ->allow_extra_args(false);
  app.add_flag("--no-pool", options.no_pool, "make every cell cold");
}

}  // namespace

int run_command(const Arguments& arguments) {
  RunOptions options;
  CLI::App app("Runs the jobs of a file, each in a fresh, sealed container, and tells what each cost.", "run");
  add_run_options(app, options);
  if (const auto code = parse_arguments(app, "FILE [OPTIONS]", arguments)) return *code;
  const auto pipeline = load_pipeline(options.file, options.variables, options.jobs);
  if (!pipeline) return trouble(pipeline.error());
  auto session = Session::open(std::nullopt);
  if (!session) return trouble(session.error());
  options.pipeline.pool = !options.no_pool;
  const auto summary = PipelineRun::run(**session, *pipeline, options.pipeline, std::cout, style_for(STDOUT_FILENO));
  if (!summary) return trouble(summary.error());
  if (const auto interrupt = caught_interrupt()) return 128 + *interrupt;
  return summary->success() ? 0 : kExitFailed;
}

}  // namespace hermetric
