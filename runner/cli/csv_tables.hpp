#pragma once

#include <string>
#include <vector>

#include "isolation/sys/result.hpp"
#include "reports/stats/paired.hpp"

namespace hermetric {

/// One series of a CSV file: the values that are there, and the row of each.
struct CsvSeries {
  std::string name;
  std::vector<double> values;
  std::vector<std::size_t> rows;
};

/// A CSV whose first column is a commit and every further column a series. An empty cell is a missing value.
struct CsvSeriesTable {
  std::vector<std::string> commits;
  std::vector<CsvSeries> series;
};
Result<CsvSeriesTable> read_series_csv(const std::string& path);

/// A CSV with a row a round: "a,b" for one metric, called "value", or "NAME.a,NAME.b,..." for several. Margins are the
/// defaults by name. Every cell must hold a number of 0 or more: a round that failed has no ratio and no row.
Result<std::vector<PairedSample>> read_pairs_csv(const std::string& path);

}  // namespace hermetric
