#pragma once

#include <memory>
#include <string>

#include "reports/store/history_store.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own
class App;
}

namespace hermetric {

/// What most subcommands of history take: the file, and which series.
struct HistoryOptions {
  std::string db;  ///< empty: history.db in the state directory
  SeriesFilter filter;
};

void add_db_option(CLI::App& app, HistoryOptions& options);
void add_filter_options(CLI::App& app, HistoryOptions& options);

Result<std::unique_ptr<HistoryStore>> open_history(const HistoryOptions& options);

/// "12" or, where it says which one, "JOB/METRIC" or "PROJECT/JOB/METRIC".
Result<SeriesInfo> find_series(HistoryStore& store, const SeriesFilter& filter, const std::string& text);

/// A series and what its commits cost.
struct SeriesOfCommits {
  SeriesInfo info;
  std::vector<CommitValues> commits;
};

/// The series that analyze and gate look at: of the metrics that --metric asks for, else of those that a change of the
/// code shows in (wall and CPU time, peak memory, bytes read and written, instructions) and every one that is no figure
/// of a report.
Result<std::vector<SeriesOfCommits>> looked_at_series(const HistoryOptions& options);

/// "JOB/METRIC".
std::string short_name(const SeriesKey& key);

/// "2026-11-24T17:00:00Z", "2026-11-24" or "@SECONDS".
Result<std::int64_t> parse_time(const std::string& text);
std::string format_time(std::int64_t seconds);

}  // namespace hermetric
