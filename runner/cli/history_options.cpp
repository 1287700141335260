#include "runner/cli/history_options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <string_view>

#include "isolation/sandbox/sandbox.hpp"
#include "reports/interchange/timestamp.hpp"

namespace hermetric {
namespace {

constexpr std::array<std::string_view, 6> kTellingMetrics = {"wall_usec",
                                                             "cpu.usage_usec",
                                                             "memory.peak_bytes",
                                                             "io.logical_read_bytes",
                                                             "io.logical_write_bytes",
                                                             "counters.instructions"};

bool is_looked_at(const SeriesFilter& filter, const std::string& metric) {
  if (!filter.metric.empty()) return true;
  if (std::find(kTellingMetrics.begin(), kTellingMetrics.end(), metric) != kTellingMetrics.end()) return true;
  bool is_figure = false;
  const ResourceUsage usage;
  for_each_measured(usage, [&](const char* path, const Measured&) { is_figure = is_figure || metric == path; });
  return !is_figure;
}

}  // namespace

void add_db_option(CLI::App& app, HistoryOptions& options) {
  app.add_option("--db", options.db, "the history (history.db in the state directory)")->type_name("FILE");
}

void add_filter_options(CLI::App& app, HistoryOptions& options) {
  app.add_option("--project", options.filter.project, "only this project")->type_name("NAME");
  app.add_option("--job", options.filter.job, "only this job")->type_name("NAME");
  app.add_option("--metric", options.filter.metric, "only metrics that begin so")->type_name("NAME");
}

Result<std::unique_ptr<HistoryStore>> open_history(const HistoryOptions& options) {
  return open_history(options.db.empty() ? StateDirectories::of_this_user().data + "/history.db" : options.db);
}

Result<SeriesInfo> find_series(HistoryStore& store, const SeriesFilter& filter, const std::string& text) {
  TRY_ASSIGN(const auto all, store.list(filter));
  std::vector<SeriesInfo> fitting;
  for (const SeriesInfo& series : all) {
    if (std::to_string(series.id) == text) return series;
    if (short_name(series.key) == text || series.key.project + "/" + short_name(series.key) == text)
      fitting.push_back(series);
  }
  if (fitting.size() == 1) return fitting.front();
  if (fitting.empty()) return std::unexpected(Error("no series \"" + text + "\" (hermetric history list shows them)"));
  return std::unexpected(
      Error("\"" + text + "\" means " + std::to_string(fitting.size()) +
            " series, of several projects or machines: name one by its number in hermetric history list"));
}

Result<std::vector<SeriesOfCommits>> looked_at_series(const HistoryOptions& options) {
  TRY_ASSIGN(const auto store, open_history(options));
  TRY_ASSIGN(const auto all, store->list(options.filter));
  std::vector<SeriesOfCommits> series;
  for (const SeriesInfo& info : all) {
    if (!is_looked_at(options.filter, info.key.metric)) continue;
    TRY_ASSIGN(const auto points, store->points(info.id));
    series.push_back({info, by_commit(points)});
  }
  return series;
}

std::string short_name(const SeriesKey& key) { return key.job + "/" + key.metric; }

Result<std::int64_t> parse_time(const std::string& text) {
  if (text.starts_with('@')) {
    std::int64_t seconds = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + 1, end, seconds);
    if (error == std::errc{} && stop == end) return seconds;
  }
  if (const auto seconds = parse_timestamp(text)) return *seconds;
  return std::unexpected(
      Error("expected a time, as in 2026-11-24, 2026-11-24T17:00:00Z or @1764000000, found \"" + text + "\""));
}

std::string format_time(std::int64_t seconds) {
  std::tm parts{};
  const std::time_t time = seconds;
  ::gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace hermetric
