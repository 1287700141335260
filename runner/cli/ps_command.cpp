#include <CLI/CLI.hpp>

#include <iostream>

#include "runner/cli/cell_table.hpp"
#include "runner/cli/command.hpp"
#include "runner/cli/running_job.hpp"

namespace hermetric {

int ps_command(const Arguments& arguments) {
  bool json = false;
  CLI::App app("Lists the running jobs of every hermetric of this user: CPU is the time used so far, PIDS its threads.",
               "ps");
  app.add_flag("--json", json, "as a JSON array");
  if (const auto code = parse_arguments(app, "[--json]", arguments)) return *code;
  const auto cells = running_cells(ledger_of_this_user());
  if (!cells) return trouble(Error(cells.error()).in("ps"));
  if (json) {
    std::cout << cells_json(*cells);
    return 0;
  }
  for (const std::string& line : cell_table(*cells)) std::cout << line << '\n';
  return 0;
}

}  // namespace hermetric
