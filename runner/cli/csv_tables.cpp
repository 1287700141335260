#include "runner/cli/csv_tables.hpp"

#include <algorithm>

#include "reports/model/csv.hpp"

namespace hermetric {
namespace {

/// Whether the first row from `first_column` on is values already, not names.
bool lacks_header(const Csv& csv, std::size_t first_column) {
  const auto& row = csv.rows.front();
  return std::all_of(row.begin() + static_cast<std::ptrdiff_t>(first_column), row.end(),
                     [](const CsvCell& cell) { return parse_number(cell.text).has_value(); });
}

Result<double> number_in(const Csv& csv, const CsvCell& cell) {
  if (const auto value = parse_number(cell.text)) return *value;
  const std::string found = cell.text.empty() ? "nothing" : "\"" + cell.text + "\"";
  return std::unexpected(csv.error_at(cell, "expected a number, found " + found));
}

Result<double> figure_in(const Csv& csv, const CsvCell& cell) {
  TRY_ASSIGN(const double value, number_in(csv, cell));
  if (value < 0)
    return std::unexpected(csv.error_at(cell, "expected a number of 0 or more, found \"" + cell.text + "\""));
  return value;
}

/// The columns of one metric.
struct PairColumns {
  std::string name;
  std::size_t a = 0, b = 1;
};

Result<std::vector<PairColumns>> pair_columns(const Csv& csv) {
  const auto& header = csv.rows.front();
  if (header.size() == 2 && (lacks_header(csv, 0) || (header[0].text == "a" && header[1].text == "b")))
    return std::vector<PairColumns>{{"value", 0, 1}};
  std::vector<PairColumns> columns;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string& text = header[i].text;
    if (text.ends_with(".b")) continue;
    const std::string name = text.ends_with(".a") ? text.substr(0, text.size() - 2) : "";
    const auto partner =
        std::find_if(header.begin(), header.end(), [&](const CsvCell& cell) { return cell.text == name + ".b"; });
    if (name.empty() || partner == header.end())
      return std::unexpected(csv.error_at(
          header[i], "expected the header \"a,b\", or \"NAME.a,NAME.b\" for each metric, found \"" + text + "\""));
    columns.push_back({name, i, static_cast<std::size_t>(partner - header.begin())});
  }
  if (columns.size() * 2 != header.size())
    return std::unexpected(csv.error_at(header.front(), "a column NAME.b without its NAME.a, or one name twice"));
  return columns;
}

}  // namespace

Result<std::vector<PairedSample>> read_pairs_csv(const std::string& path) {
  TRY_ASSIGN(const Csv csv, read_csv(path));
  TRY_ASSIGN(const auto columns, pair_columns(csv));
  std::vector<PairedSample> samples;
  for (const PairColumns& column : columns) {
    PairedSample sample{column.name, {}, {}, default_margin(column.name)};
    for (std::size_t row = lacks_header(csv, 0) ? 0 : 1; row < csv.rows.size(); ++row) {
      TRY_ASSIGN(const double a, figure_in(csv, csv.rows[row][column.a]));
      TRY_ASSIGN(const double b, figure_in(csv, csv.rows[row][column.b]));
      sample.a.push_back(a);
      sample.b.push_back(b);
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace hermetric
