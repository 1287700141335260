#include "reports/interchange/series_csv.hpp"

namespace hermetric {
namespace {

Status check_header(const Csv& csv) {
  const auto& header = csv.rows.front();
  if (header.size() < 2)
    return std::unexpected(csv.error_at(header.front(), "expected a column of commits and at least one series"));
  for (std::size_t i = 1; i < header.size(); ++i) {
    if (header[i].text.empty())
      return std::unexpected(csv.error_at(header[i], "expected the name of a series, found nothing"));
    for (std::size_t k = 1; k < i; ++k)
      if (header[k].text == header[i].text)
        return std::unexpected(csv.error_at(header[i], "the series \"" + header[i].text + "\" is there twice"));
  }
  return {};
}

ForeignFigure figure_of(const CsvSeries& series) {
  const std::size_t slash = series.name.rfind('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == series.name.size())
    return {series.name, "value", "", false, {}};
  return {series.name.substr(0, slash), series.name.substr(slash + 1), "", false, {}};
}

}  // namespace

Result<CsvSeriesTable> read_series_csv(const Csv& csv) {
  TRY(check_header(csv));
  CsvSeriesTable table;
  for (std::size_t column = 1; column < csv.rows[0].size(); ++column)
    table.series.push_back({csv.rows[0][column].text, {}, {}});
  for (std::size_t row = 1; row < csv.rows.size(); ++row) {
    table.commits.push_back(csv.rows[row][0].text);
    for (std::size_t column = 1; column < csv.rows[row].size(); ++column) {
      const CsvCell& cell = csv.rows[row][column];
      if (cell.text.empty()) continue;
      const auto value = parse_number(cell.text);
      if (!value) return std::unexpected(csv.error_at(cell, "expected a number, found \"" + cell.text + "\""));
      table.series[column - 1].values.push_back(*value);
      table.series[column - 1].rows.push_back(row - 1);
    }
  }
  return table;
}

Result<ForeignFile> runs_of_csv(const Csv& csv) {
  TRY_ASSIGN(const CsvSeriesTable table, read_series_csv(csv));
  ForeignFile file;
  for (std::size_t row = 0; row < table.commits.size(); ++row) {
    if (table.commits[row].empty())
      return std::unexpected(csv.error_at(csv.rows[row + 1][0], "expected a commit, found nothing"));
    file.runs.push_back({table.commits[row], {}, "", {}});
  }
  for (const CsvSeries& series : table.series)
    for (std::size_t i = 0; i < series.values.size(); ++i) {
      ForeignFigure& figure = file.runs[series.rows[i]].figures.emplace_back(figure_of(series));
      figure.values.push_back(series.values[i]);
    }
  std::erase_if(file.runs, [](const ForeignRun& run) { return run.figures.empty(); });
  if (file.runs.empty()) return std::unexpected(Error(csv.file + ": no values in it"));
  return file;
}

}  // namespace hermetric
