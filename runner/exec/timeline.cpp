#include "runner/exec/timeline.hpp"

#include <algorithm>

namespace hermetric {
namespace {

void raise(std::optional<std::uint64_t>& highest, const std::optional<std::uint64_t>& value) {
  if (value && (!highest || *value > *highest)) highest = value;
}

Timeline::Row merged(const Timeline::Row& earlier, const Timeline::Row& later) {
  Timeline::Row row = later;
  for (const SampleColumn& column : kSampleColumns)
    if (!column.cumulative) raise(row.sample.*column.figure, earlier.sample.*column.figure);
  return row;
}

}  // namespace

void Timeline::add(const Row& row) {
  ++samples_;
  for (const SampleColumn& column : kSampleColumns) raise(highest_.*column.figure, row.sample.*column.figure);
  rows_.push_back(row);
  if (rows_.size() < kMaximalRows) return;
  const std::size_t pairs = rows_.size() / 2;
  for (std::size_t i = 0; i < pairs; ++i) rows_[i] = merged(rows_[2 * i], rows_[2 * i + 1]);
  rows_.resize(pairs);
  interval_ *= 2;
}

TimelineTable table_of(const Timeline& timeline) {
  std::vector<SampleColumn> columns;
  for (const SampleColumn& column : kSampleColumns)
    if (std::ranges::all_of(timeline.rows(), [&](const auto& row) { return (row.sample.*column.figure).has_value(); }))
      columns.push_back(column);
  TimelineTable table{.columns = {"at_usec"}, .rows = {}};
  for (const SampleColumn& column : columns) table.columns.emplace_back(column.name);
  for (const Timeline::Row& row : timeline.rows()) {
    auto& values = table.rows.emplace_back();
    values.push_back(static_cast<std::uint64_t>(row.at.count()));
    for (const SampleColumn& column : columns) values.push_back((row.sample.*column.figure).value_or(0));
  }
  return table;
}

}  // namespace hermetric
