#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

#include "reports/render/text.hpp"
#include "runner/cli/command.hpp"
#include "runner/cli/exec_options.hpp"
#include "runner/cli/load_pipeline.hpp"
#include "runner/compose/core_placement.hpp"
#include "runner/compose/session.hpp"
#include "runner/compose/settle_paths.hpp"
#include "runner/job/resolve.hpp"

namespace hermetric {
namespace {

void print(const char* title, const std::vector<Step>& steps) {
  std::cout << title << ":\n";
  for (const Step& step : steps)
    if (step.op != Op::kMark) std::cout << "  " << sanitize(describe(step)) << '\n';
}

Status explain(Session& session, const JobSpec& job) {
  TRY_ASSIGN(SandboxSpec spec, resolve(job, session.facts_for(job)));
  TRY_ASSIGN(const auto sandbox, Sandbox::create(session.host(), std::move(spec)));
  TRY_ASSIGN(const auto plan, sandbox->plan({0, 1, 2}));
  std::cout << "groups:\n";
  for (const std::string& group : sandbox->groups()) std::cout << "  " << group << '\n';
  print("init, PID 1 of the cell", plan->steps(Actor::kInit));
  print("job", plan->steps(Actor::kJob));
  return sandbox->close();
}

/// explain FILE --job NAME: what jobs it needs would hand on is not there yet, and not in the plan.
int explain_file(const Arguments& arguments) {
  std::string file, name;
  std::vector<std::string> variables;
  CLI::App app("Prints what would be done for one job of a job file, step by step.", "explain");
  app.add_option("FILE", file, "job file, YAML or JSON")->required();
  app.add_option("--job", name, "the job")->type_name("NAME")->required();
  app.add_option("--var", variables, "replaces ${K} in the job file")->type_name("K=V")->allow_extra_args(false);
  if (const auto code = parse_arguments(app, "FILE --job NAME [--var K=V]...", arguments)) return *code;
  const auto pipeline = load_pipeline(file, variables, {name});
  if (!pipeline) return trouble(pipeline.error());
  const auto job = std::ranges::find(pipeline->jobs, name, &JobSpec::name);
  if (job == pipeline->jobs.end())
    return trouble("explain: \"" + name + "\" means several jobs: name one, as \"" + pipeline->jobs.back().name + "\"");
  auto session = Session::open(std::nullopt);
  if (!session) return trouble(session.error());
  JobSpec alone = *job;
  if (auto placed = place_alone(alone, std::nullopt); !placed) return trouble(placed.error());
  if (auto explained = explain(**session, alone); !explained) return trouble(explained.error());
  return 0;
}

/// A job file's form has no "--" and says which job, or begins with the file.
bool means_file(const Arguments& arguments) {
  if (arguments.empty() || split_at_command(arguments).has_command) return false;
  return !arguments.front().starts_with("-") || std::ranges::find(arguments, "--job") != arguments.end();
}

}  // namespace

/// The cell is made up to where init would be launched, so that caps are checked as well, and removed again.
int explain_command(const Arguments& arguments) {
  if (means_file(arguments)) return explain_file(arguments);
  ExecOptions options;
  if (const auto code = parse_exec_options("explain", arguments, options)) return *code;
  auto session = Session::open(options.cgroup_parent);
  if (!session) return trouble(session.error());
  if (auto settled = settle_paths(options.job); !settled) return trouble(settled.error());
  if (auto placed = place_alone(options.job, options.cgroup_parent); !placed) return trouble(placed.error());
  if (auto explained = explain(**session, options.job); !explained) return trouble(explained.error());
  return 0;
}

}  // namespace hermetric
