#include "reports/interchange/history_export.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

#include "reports/model/json_text.hpp"
#include "runner/cli/history_command.hpp"
#include "runner/cli/history_options.hpp"

namespace hermetric {
namespace {

struct ExportOptions {
  HistoryOptions history;
  std::string format, commit;
};

void add_export_options(CLI::App& app, ExportOptions& options) {
  app.footer(
      "csv: a column a series, a row a commit. json: everything. bencher: Bencher Metric Format of one commit.\n"
      "openmetrics: gauges with the times of the commits.\n"
      "As in: hermetric history export --format bencher --job test");
  app.add_option("--format", options.format, "of what is printed")
      ->type_name("csv|json|bencher|openmetrics")
      ->check(CLI::IsMember({"csv", "json", "bencher", "openmetrics"}))
      ->required();
  app.add_option("--commit", options.commit, "which one bencher gets (the last)")->type_name("ID");
  add_filter_options(app, options.history);
  add_db_option(app, options.history);
}

Result<std::vector<ExportedSeries>> read_history(const HistoryOptions& options) {
  TRY_ASSIGN(const auto store, open_history(options));
  TRY_ASSIGN(const auto all, store->list(options.filter));
  std::vector<ExportedSeries> history;
  for (const SeriesInfo& info : all) {
    TRY_ASSIGN(const auto points, store->points(info.id));
    history.push_back({info, points});
  }
  return history;
}

std::string last_commit(const std::vector<ExportedSeries>& history) {
  const HistoryPoint* last = nullptr;
  for (const ExportedSeries& series : history)
    for (const HistoryPoint& point : series.points)
      if (last == nullptr || point.time >= last->time) last = &point;
  return last == nullptr ? "" : last->commit;
}

Result<std::string> text_of(const ExportOptions& options) {
  TRY_ASSIGN(const auto history, read_history(options.history));
  if (history.empty()) return std::unexpected(Error("no series (hermetric history list shows them)"));
  if (options.format == "csv") return history_to_csv(history);
  if (options.format == "openmetrics") return history_to_openmetrics(history);
  std::string text;
  if (options.format == "json") {
    append_json(text, history_to_json(history));
    return text + "\n";
  }
  const std::string commit = options.commit.empty() ? last_commit(history) : options.commit;
  const auto results = history_to_bencher(history, commit);
  if (results.empty()) return std::unexpected(Error("no figures of commit " + commit));
  append_json(text, results);
  return text + "\n";
}

}  // namespace

int history_export(const Arguments& arguments) {
  ExportOptions options;
  CLI::App app("Prints the history for other programs.", "history export");
  add_export_options(app, options);
  if (const auto code = parse_arguments(app, "--format FORMAT [OPTIONS]", arguments)) return *code;
  auto text = text_of(options);
  if (!text) return trouble(std::move(text).error().in("history export"));
  std::cout << *text << std::flush;
  return std::cout ? 0 : trouble("history export: stdout could not be written");
}

}  // namespace hermetric
