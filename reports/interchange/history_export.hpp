#pragma once

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>
#include <vector>

#include "reports/store/history_store.hpp"

namespace hermetric {

/// One series with its points, as points() of the store gives them.
struct ExportedSeries {
  SeriesInfo info;
  std::vector<HistoryPoint> points;
};

/// {"schema": "hermetric.history/1", "series": [...]}: everything.
nlohmann::ordered_json history_to_json(std::span<const ExportedSeries> history);

/// What `history import` and `history analyze --csv` read: a column a series, a row a commit, and more rows where it
/// was measured more than once.
std::string history_to_csv(std::span<const ExportedSeries> history);

/// Bencher Metric Format (https://bencher.dev/docs/reference/bencher-metric-format) of one commit: the median of its
/// values, and the smallest and largest where there are several. Nothing where the commit has no values.
nlohmann::ordered_json history_to_bencher(std::span<const ExportedSeries> history, const std::string& commit);

/// OpenMetrics text 1.0: a gauge a metric in base units, a sample a commit, the median of its values at its time. Of
/// commits of the same second the last one counts.
std::string history_to_openmetrics(std::span<const ExportedSeries> history);

/// What to call the job of each series: its name, with the project and then the machine where series of one metric
/// would be called the same otherwise.
std::vector<std::string> distinct_subjects(std::span<const ExportedSeries> history);

}  // namespace hermetric
