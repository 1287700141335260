#include <iostream>

#include "reports/render/text.hpp"
#include "runner/cli/command.hpp"
#include "runner/cli/exec_options.hpp"
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

}  // namespace

/// The cell is made up to where init would be launched, so that caps are checked as well, and removed again.
int explain_command(const Arguments& arguments) {
  ExecOptions options;
  if (const auto code = parse_exec_options("explain", arguments, options)) return *code;
  auto session = Session::open(options.cgroup_parent);
  if (!session) return trouble(session.error());
  if (auto settled = settle_paths(options.job); !settled) return trouble(settled.error());
  if (auto explained = explain(**session, options.job); !explained) return trouble(explained.error());
  return 0;
}

}  // namespace hermetric
