#include <CLI/CLI.hpp>

#include <filesystem>
#include <iostream>

#include "isolation/sys/files.hpp"
#include "reports/model/report_json.hpp"
#include "runner/cli/history_command.hpp"
#include "runner/cli/history_options.hpp"
#include "runner/job/git.hpp"

namespace hermetric {
namespace {

struct AddOptions {
  HistoryOptions history;
  std::vector<std::string> reports;
  std::string project, commit, branch, parent, time;
};

void add_add_options(CLI::App& app, AddOptions& options) {
  app.footer(
      "What is left out comes from git in the current directory. Only jobs that passed are taken, and a report that "
      "is\n"
      "there already is not taken again.\nAs in: hermetric history add hermetric-report/report.json");
  app.add_option("REPORT", options.reports, "reports of run or exec")->required();
  app.add_option("--project", options.project, "(the name of the git work tree's directory)")->type_name("NAME");
  app.add_option("--commit", options.commit, "(HEAD)")->type_name("ID");
  app.add_option("--branch", options.branch, "(the current one)")->type_name("NAME");
  app.add_option("--parent", options.parent, "(the commit's first parent)")->type_name("ID");
  app.add_option("--time", options.time, "of the commit: 2026-11-24T17:00:00Z or @SECONDS")->type_name("TIME");
  add_db_option(app, options.history);
}

std::string or_git(const std::string& given, const std::vector<std::string>& words) {
  return given.empty() ? ask_git(words).value_or("") : given;
}

/// Everything but the figures, from the options, else from git.
Result<HistoryRun> describe_run(const AddOptions& options) {
  HistoryRun run;
  run.commit = or_git(options.commit, {"rev-parse", "--verify", "HEAD"});
  if (run.commit.empty())
    return std::unexpected(Error("no commit: not in a git work tree (add --commit ID and --time TIME)"));
  run.branch = or_git(options.branch, {"symbolic-ref", "--short", "-q", "HEAD"});
  run.parent = or_git(options.parent, {"rev-parse", "--verify", "-q", run.commit + "^"});
  const std::string top = options.project.empty() ? ask_git({"rev-parse", "--show-toplevel"}).value_or("") : "";
  std::error_code ignored;
  const auto directory = top.empty() ? std::filesystem::current_path(ignored) : std::filesystem::path(top);
  run.project = options.project.empty() ? directory.filename().string() : options.project;
  const std::string time = or_git(options.time, {"show", "-s", "--format=@%ct", run.commit + "^{commit}"});
  if (time.empty())
    return std::unexpected(Error("no time of commit " + run.commit + ": git does not know it (add --time TIME)"));
  auto seconds = parse_time(time);
  if (!seconds) return std::unexpected(std::move(seconds).error().in("--time"));
  run.time = *seconds;
  return run;
}

Result<HistoryRun> read_run(HistoryRun run, const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(path == "-" ? "/dev/stdin" : path));
  auto report = run_from_json_text(text);
  if (!report) return std::unexpected(std::move(report).error().in(path));
  run.report_id = report->id;
  run.figures = figures_of(*report);
  return run;
}

Result<std::size_t> add(const AddOptions& options) {
  TRY_ASSIGN(const HistoryRun described, describe_run(options));
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
