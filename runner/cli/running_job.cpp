#include "runner/cli/running_job.hpp"

#include <CLI/CLI.hpp>

#include "isolation/sandbox/sandbox.hpp"

namespace hermetric {

Ledger ledger_of_this_user() { return Ledger(StateDirectories::of_this_user().runtime + "/ledger"); }

int do_with_job(const std::string& command, const std::string& name, const JobAction& action) {
  const Ledger ledger = ledger_of_this_user();
  const auto cell = ledger.find(name);
  if (!cell) return trouble(Error(cell.error()).in(command));
  if (auto done = action(ledger, *cell); !done) return trouble(std::move(done).error().in(command + " " + name));
  return 0;
}

int job_command(const std::string& command, const std::string& what_it_does, const Arguments& arguments,
                const JobAction& action) {
  std::string name;
  CLI::App app(what_it_does, command);
  app.add_option("JOB", name, "a running job: its name, or its cell's id as ps shows it")->required();
  if (const auto code = parse_arguments(app, "JOB", arguments)) return *code;
  return do_with_job(command, name, action);
}

}  // namespace hermetric
