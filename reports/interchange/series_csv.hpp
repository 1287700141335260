#pragma once

#include <string>
#include <vector>

#include "isolation/sys/result.hpp"
#include "reports/interchange/foreign_figures.hpp"
#include "reports/model/csv.hpp"

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
Result<CsvSeriesTable> read_series_csv(const Csv& csv);

/// The same as runs, one a row; a commit may have several rows. A series "A/B" is metric B of subject A, one without a
/// slash the metric "value". The rows are in the order of time, which the file does not tell.
Result<ForeignFile> runs_of_csv(const Csv& csv);

}  // namespace hermetric
