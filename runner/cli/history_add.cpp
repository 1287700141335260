#include <CLI/CLI.hpp>

#include <iostream>

#include "isolation/sys/files.hpp"
#include "reports/model/report_json.hpp"
#include "runner/cli/history_command.hpp"
#include "runner/cli/history_commit.hpp"
#include "runner/cli/history_inputs.hpp"
#include "runner/cli/history_options.hpp"

namespace hermetric {
namespace {

struct AddOptions {
  HistoryOptions history;
  CommitOptions commit;
  std::vector<std::string> reports;
};

void add_add_options(CLI::App& app, AddOptions& options) {
  app.footer(
      "What is left out comes from git in the current directory. Only jobs that passed are taken, and a report that "
      "is\n"
      "there already is not taken again. Where the commit is checked out and the workspace holds nothing else, jobs "
      "are\n"
      "known to be unchanged at commits with equal inputs.\nAs in: hermetric history add hermetric-report/report.json");
  app.add_option("REPORT", options.reports, "reports of run or exec")->required();
  add_commit_options(app, options.commit);
  add_db_option(app, options.history);
}

Result<HistoryRun> read_run(HistoryRun run, const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(path == "-" ? "/dev/stdin" : path));
  auto report = run_from_json_text(text);
  if (!report) return std::unexpected(std::move(report).error().in(path));
  run.report_id = report->id;
  run.figures = figures_of(*report);
  run.inputs = inputs_of(*report, path, run.commit);
  return run;
}

Result<std::size_t> add(const AddOptions& options) {
  TRY_ASSIGN(const HistoryRun described, describe_commit(options.commit));
  std::vector<HistoryRun> runs;
  for (const std::string& path : options.reports) {
    TRY_ASSIGN(runs.emplace_back(), read_run(described, path));
    if (runs.back().figures.empty()) trouble("warning: " + path + ": no job passed, so there is nothing to add");
    if (runs.back().figures.empty()) runs.pop_back();
  }
  TRY_ASSIGN(const auto store, open_history(options.history));
  return store->add(runs);
}

}  // namespace

int history_add(const Arguments& arguments) {
  AddOptions options;
  CLI::App app("Adds the figures of reports to the history.", "history add");
  add_add_options(app, options);
  if (const auto code = parse_arguments(app, "REPORT... [OPTIONS]", arguments)) return *code;
  auto added = add(options);
  if (!added) return trouble(std::move(added).error().in("history add"));
  std::cout << "added " << *added << " of " << options.reports.size() << " reports" << std::endl;
  return 0;
}

}  // namespace hermetric
