#include <CLI/CLI.hpp>

#include <iostream>

#include "reports/render/comparison.hpp"
#include "reports/render/text.hpp"
#include "runner/cli/history_command.hpp"
#include "runner/cli/history_options.hpp"

namespace hermetric {
namespace {

constexpr std::size_t kCommitColumns = 12;

std::string commit_cell(const std::string& commit) { return cut(sanitize(commit), kCommitColumns); }

Result<Table> list_table(const HistoryOptions& options) {
  TRY_ASSIGN(const auto store, open_history(options));
  TRY_ASSIGN(const auto all, store->list(options.filter));
  Table table{{"SERIES", "PROJECT", "JOB", "METRIC", "VALUES", "LAST", "MACHINE"},
              {true, true, true, true, false, true, true},
              {}};
  for (const SeriesInfo& series : all)
    table.rows.push_back({std::to_string(series.id), sanitize(series.key.project), sanitize(series.key.job),
                          sanitize(series.key.metric), std::to_string(series.points), commit_cell(series.last_commit),
                          sanitize(series.key.machine)});
  return table;
}

Result<Table> points_table(const HistoryOptions& options, const std::string& name) {
  TRY_ASSIGN(const auto store, open_history(options));
  TRY_ASSIGN(const SeriesInfo series, find_series(*store, options.filter, name));
  TRY_ASSIGN(const auto points, store->points(series.id));
  Table table{{"TIME", "COMMIT", "BRANCH", "VALUE"}, {true, true, true}, {}};
  for (const HistoryPoint& point : points)
    table.rows.push_back({format_time(point.time), commit_cell(point.commit), sanitize(point.branch),
                          metric_cell(series.key.metric, point.value)});
  return table;
}

int print(const char* command, Result<Table> table) {
  if (!table) return trouble(std::move(table).error().in(command));
  std::cout << table->text() << std::flush;
  return std::cout ? 0 : trouble(std::string(command) + ": stdout could not be written");
}

}  // namespace

int history_list(const Arguments& arguments) {
  HistoryOptions options;
  CLI::App app("Lists the series of the history: project, job, metric and class of machine.", "history list");
  add_filter_options(app, options);
  add_db_option(app, options);
  if (const auto code = parse_arguments(app, "[OPTIONS]", arguments)) return *code;
  return print("history list", list_table(options));
}

int history_show(const Arguments& arguments) {
  HistoryOptions options;
  std::string name;
  CLI::App app("Shows the values of one series.", "history show");
  app.add_option("SERIES", name, "its number in history list, or JOB/METRIC")->required();
  add_filter_options(app, options);
  add_db_option(app, options);
  if (const auto code = parse_arguments(app, "SERIES [OPTIONS]", arguments)) return *code;
  return print("history show", points_table(options, name));
}

}  // namespace hermetric
