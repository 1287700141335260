#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

#include "reports/interchange/series_csv.hpp"
#include "reports/model/json_text.hpp"
#include "reports/render/change_table.hpp"
#include "runner/cli/history_command.hpp"
#include "runner/cli/history_options.hpp"
#include "runner/cli/verdict_options.hpp"

namespace hermetric {
namespace {

struct AnalyzeOptions {
  HistoryOptions history;
  std::string csv;
  std::string smallest = "2%", per_commit = "median";
  bool json = false, markdown = false;
};

void add_analyze_options(CLI::App& app, AnalyzeOptions& options) {
  app.footer("As in: hermetric history analyze, or hermetric history analyze --csv costs.csv");
  app.add_option("--csv", options.csv, "instead of the history: commits and a column a series; - is stdin")
      ->type_name("FILE");
  app.add_option("--smallest", options.smallest, "changes below this are not told")
      ->type_name("SHARE")
      ->capture_default_str();
  app.add_option("--per-commit", options.per_commit,
                 "which value of a commit counts that was measured more than once; least: where noise only adds,\n"
                 "as to times on a busy machine")
      ->type_name("median|least")
      ->check(CLI::IsMember({"median", "least"}))
      ->capture_default_str();
  add_filter_options(app, options.history);
  add_db_option(app, options.history);
  app.add_flag("--json", options.json, "for programs");
  app.add_flag("--markdown", options.markdown, "for a pull request");
}

/// Indices of the change points become rows of the file, where a series has gaps.
AnalyzedSeries analyze(const CsvSeriesTable& table, const CsvSeries& series, const ChangePointOptions& options) {
  AnalyzedSeries analyzed{series.name, table.commits, find_change_points(series.values, options)};
  for (ChangePoint& change : analyzed.change_points) change.index = series.rows[change.index];
  return analyzed;
}

Result<std::vector<AnalyzedSeries>> analyze_csv(const std::string& path, const ChangePointOptions& options) {
  TRY_ASSIGN(const Csv csv, read_csv(path));
  TRY_ASSIGN(const CsvSeriesTable table, read_series_csv(csv));
  std::vector<AnalyzedSeries> analyzed;
  for (const CsvSeries& series : table.series) analyzed.push_back(analyze(table, series, options));
  return analyzed;
}

/// The best of a commit's values is the largest where that is better.
double value_of(const CommitValues& commit, const SeriesInfo& series, bool least) {
  if (!least) return median(commit.values);
  return series.bigger_is_better ? *std::max_element(commit.values.begin(), commit.values.end())
                                 : *std::min_element(commit.values.begin(), commit.values.end());
}

Result<std::vector<AnalyzedSeries>> analyze_history(const AnalyzeOptions& options, const ChangePointOptions& limits) {
  TRY_ASSIGN(const auto all, looked_at_series(options.history));
  std::vector<AnalyzedSeries> analyzed;
  for (const auto& [series, commits] : all) {
    std::vector<double> values;
    AnalyzedSeries& one = analyzed.emplace_back();
    one.name = short_name(series.key);
    for (const CommitValues& commit : commits) {
      one.commits.push_back(commit.commit);
      values.push_back(value_of(commit, series, options.per_commit == "least"));
    }
    one.change_points = find_change_points(values, limits, equal_to_the_one_before(commits));
  }
  return analyzed;
}

void print_changes(const std::vector<AnalyzedSeries>& series, const AnalyzeOptions& options) {
  if (options.json) {
    std::string text;
    append_json(text, changes_to_json(series));
    std::cout << text << '\n';
    return;
  }
  const Table table = change_table(series);
  if (table.rows.empty()) std::cout << "no changes in " << series.size() << " series\n";
  if (!table.rows.empty()) std::cout << (options.markdown ? table.markdown() : table.text());
}

}  // namespace

int history_analyze(const Arguments& arguments) {
  AnalyzeOptions options;
  CLI::App app("Finds the commits at which costs changed for good.", "history analyze");
  add_analyze_options(app, options);
  if (const auto code = parse_arguments(app, "[--csv FILE] [OPTIONS]", arguments)) return *code;
  const auto smallest = parse_share(options.smallest);
  if (!smallest) return trouble("history analyze: --smallest: " + smallest.error().message());
  const ChangePointOptions limits{.significance = kChangeSignificance, .smallest_change = *smallest};
  const auto analyzed = options.csv.empty() ? analyze_history(options, limits) : analyze_csv(options.csv, limits);
  if (!analyzed) return trouble("history analyze: " + analyzed.error().message());
  print_changes(*analyzed, options);
  std::cout << std::flush;
  return std::cout ? 0 : trouble("history analyze: stdout could not be written");
}

}  // namespace hermetric
