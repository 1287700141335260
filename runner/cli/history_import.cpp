#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>
#include <map>

#include "isolation/sys/files.hpp"
#include "reports/interchange/foreign_figures.hpp"
#include "reports/interchange/series_csv.hpp"
#include "runner/cli/history_command.hpp"
#include "runner/cli/history_commit.hpp"
#include "runner/cli/history_options.hpp"

namespace hermetric {
namespace {

struct ImportOptions {
  HistoryOptions history;
  CommitOptions commit;
  std::vector<std::string> files;
  std::string machine;
};

void add_import_options(CLI::App& app, ImportOptions& options) {
  app.footer(
      "Takes JSON of Google Benchmark and hyperfine (of one commit: HEAD, else what --commit says), data of\n"
      "github-action-benchmark (data.js or JSON) and CSV (the first column a commit, each further one a series), "
      "which\n"
      "name their commits. What is there already is not taken again.\n"
      "As in: hermetric history import benchmarks.json, or hermetric history import costs.csv --project tool");
  app.add_option("FILE", options.files, "files to take figures from; CSV by its name, else JSON; - is stdin")
      ->required();
  app.add_option("--machine", options.machine, "the class of machine (what the file says, else \"unknown\")")
      ->type_name("NAME");
  add_commit_options(app, options.commit);
  add_db_option(app, options.history);
}

Result<ForeignFile> read_foreign(const std::string& path) {
  if (path.ends_with(".csv")) {
    TRY_ASSIGN(const Csv csv, read_csv(path));
    return runs_of_csv(csv);
  }
  TRY_ASSIGN(const std::string text, read_file(path == "-" ? "/dev/stdin" : path));
  auto file = read_foreign_json(text);
  if (!file) return std::unexpected(std::move(file).error().in(path == "-" ? "stdin" : path));
  return file;
}

std::vector<HistoryRun::Figure> figures_of(const ForeignRun& run, const ImportOptions& options) {
  const std::string& known = options.machine.empty() ? run.machine : options.machine;
  std::vector<HistoryRun::Figure> figures;
  for (const ForeignFigure& figure : run.figures)
    for (const double value : figure.values)
      figures.push_back({figure.subject, figure.metric, known.empty() ? "unknown" : known, value, figure.unit,
                         figure.bigger_is_better});
  return figures;
}

/// Tells a run by what was measured in it (FNV-1a), so that a file that has grown can be imported again.
std::string id_of(const HistoryRun& run) {
  std::uint64_t hash = 14695981039346656037U;
  for (const HistoryRun::Figure& figure : run.figures)
    for (const char c : fmt::format("{}\n{}\n{}\n{}\n", figure.job, figure.metric, figure.machine, figure.value))
      hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("import-{:016x}", hash);
}

/// Where a file names commits without times: git's, else the order of the file.
void fill_times(ForeignFile& file) {
  std::vector<std::string> commits;
  for (const ForeignRun& run : file.runs)
    if (!run.time) commits.push_back(run.commit);
  const auto times = times_of_commits(commits);
  std::int64_t place = 0;
  for (ForeignRun& run : file.runs)
    if (!run.time) run.time = times ? (*times)[static_cast<std::size_t>(place)] : place + 1, ++place;
}

Result<std::vector<HistoryRun>> runs_of(ForeignFile file, const ImportOptions& options) {
  std::vector<HistoryRun> runs;
  const bool has_commits = !file.runs.front().commit.empty();
  if (has_commits && options.commit.names_commit())
    return std::unexpected(Error("names its commits itself (leave out --commit, --branch, --parent and --time)"));
  HistoryRun described;
  if (has_commits) {
    described.project = project_of(options.commit);
    fill_times(file);
  } else {
    TRY_ASSIGN(described, describe_commit(options.commit));
  }
  std::map<std::string, int> seen;  // equal rows of one commit are measurements of their own
  for (const ForeignRun& run : file.runs) {
    HistoryRun& added = runs.emplace_back(described);
    if (has_commits) added.commit = run.commit;
    if (has_commits) added.time = *run.time;
    added.figures = figures_of(run, options);
    added.report_id = id_of(added);
    if (const int before = seen[added.commit + ' ' + added.report_id]++; before > 0)
      added.report_id += fmt::format("-{}", before);
  }
  return runs;
}

struct Imported {
  std::size_t runs = 0, added = 0;
};

Result<Imported> import(const ImportOptions& options) {
  std::vector<HistoryRun> all;
  for (const std::string& path : options.files) {
    TRY_ASSIGN(ForeignFile file, read_foreign(path));
    for (const std::string& warning : file.warnings) trouble("warning: " + path + ": " + warning);
    auto runs = runs_of(std::move(file), options);
    if (!runs) return std::unexpected(std::move(runs).error().in(path));
    all.insert(all.end(), runs->begin(), runs->end());
  }
  TRY_ASSIGN(const auto store, open_history(options.history));
  TRY_ASSIGN(const std::size_t added, store->add(all));
  return Imported{all.size(), added};
}

}  // namespace

int history_import(const Arguments& arguments) {
  ImportOptions options;
  CLI::App app("Adds figures that other programs measured to the history.", "history import");
  add_import_options(app, options);
  if (const auto code = parse_arguments(app, "FILE... [OPTIONS]", arguments)) return *code;
  auto imported = import(options);
  if (!imported) return trouble(std::move(imported).error().in("history import"));
  std::cout << "added " << imported->added << " of " << imported->runs << " runs" << std::endl;
  return 0;
}

}  // namespace hermetric
