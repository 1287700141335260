#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

#include "reports/interchange/history_export.hpp"
#include "reports/model/json_text.hpp"
#include "reports/render/comparison.hpp"
#include "reports/render/text.hpp"
#include "runner/cli/history_command.hpp"
#include "runner/cli/history_options.hpp"

namespace hermetric {
namespace {

constexpr std::size_t kCommitColumns = 12, kInputsColumns = 8;

std::string commit_cell(const std::string& commit) { return cut(sanitize(commit), kCommitColumns); }

Result<std::string> list_text(const HistoryOptions& options) {
  TRY_ASSIGN(const auto store, open_history(options));
  TRY_ASSIGN(const auto all, store->list(options.filter));
  Table table{{"SERIES", "PROJECT", "JOB", "METRIC", "VALUES", "LAST", "MACHINE"},
              {true, true, true, true, false, true, true},
              {}};
  for (const SeriesInfo& series : all)
    table.rows.push_back({std::to_string(series.id), sanitize(series.key.project), sanitize(series.key.job),
                          sanitize(series.key.metric), std::to_string(series.points), commit_cell(series.last_commit),
                          sanitize(series.key.machine)});
  return table.text();
}

Result<ExportedSeries> read_series(const HistoryOptions& options, const std::string& name) {
  TRY_ASSIGN(const auto store, open_history(options));
  TRY_ASSIGN(const SeriesInfo series, find_series(*store, options.filter, name));
  TRY_ASSIGN(const auto points, store->points(series.id));
  return ExportedSeries{series, points};
}

Result<std::string> points_text(const HistoryOptions& options, const std::string& name, bool json) {
  TRY_ASSIGN(const ExportedSeries series, read_series(options, name));
  if (json) {
    std::string text;
    append_json(text, history_to_json({&series, 1}));
    return text + "\n";
  }
  Table table{{"TIME", "COMMIT", "BRANCH", "INPUTS", "VALUE"}, {true, true, true, true}, {}};
  for (const HistoryPoint& point : series.points)
    table.rows.push_back({format_time(point.time), commit_cell(point.commit), sanitize(point.branch),
                          point.inputs.empty() ? "-" : cut(sanitize(point.inputs), kInputsColumns),
                          metric_cell(series.info.key.metric, point.value)});
  return table.text();
}

int print(const char* command, Result<std::string> text) {
  if (!text) return trouble(std::move(text).error().in(command));
  std::cout << *text << std::flush;
  return std::cout ? 0 : trouble(std::string(command) + ": stdout could not be written");
}

}  // namespace

int history_list(const Arguments& arguments) {
  HistoryOptions options;
  CLI::App app("Lists the series of the history: project, job, metric and class of machine.", "history list");
  add_filter_options(app, options);
  add_db_option(app, options);
  if (const auto code = parse_arguments(app, "[OPTIONS]", arguments)) return *code;
  return print("history list", list_text(options));
}

int history_show(const Arguments& arguments) {
  HistoryOptions options;
  std::string name;
  bool json = false;
  CLI::App app("Shows the values of one series.", "history show");
  app.add_option("SERIES", name, "its number in history list, or JOB/METRIC")->required();
  app.footer("INPUTS: equal for commits at which the job is known to be unchanged; -: not known.");
  add_filter_options(app, options);
  add_db_option(app, options);
  app.add_flag("--json", json, "for programs");
  if (const auto code = parse_arguments(app, "SERIES [OPTIONS]", arguments)) return *code;
  return print("history show", points_text(options, name, json));
}

}  // namespace hermetric
