#include "reports/render/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "reports/render/cells.hpp"
#include "reports/render/text.hpp"
#include "reports/render/units.hpp"

namespace hermetric {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLongestName = 40;
constexpr std::size_t kShortestName = 12;

bool did_run(OutcomeStatus status) {
  return status != OutcomeStatus::kSkipped && status != OutcomeStatus::kSetupFailed;
}

bool failed(OutcomeStatus status) { return status != OutcomeStatus::kPassed && status != OutcomeStatus::kSkipped; }

std::string failure_line(const JobReport& job) {
  return fmt::format("{}{}: {}{}", sanitize(job.name), job.attempt > 1 ? fmt::format(", try {}", job.attempt) : "",
                     outcome_text(job.outcome), job.outcome.reason ? ": " + sanitize(*job.outcome.reason) : "");
}

/// A job that was not set up has no set-up time.
Measured setup_of(const JobReport& job) {
  const Duration setup = job.phases.setup_total;
  return setup == Duration::zero() ? Measured{} : Measured::of(static_cast<std::uint64_t>(setup.count()), "");
}

/// Columns that the named ones of `widths` take, with the gaps.
template <typename Widths>
std::size_t line_width(const Widths& widths, const std::vector<std::size_t>& columns) {
  const auto add = [&](std::size_t sum, std::size_t column) { return sum + kGap + widths[column]; };
  return std::accumulate(columns.begin(), columns.end(), std::size_t{0}, add) - kGap;
}

}  // namespace

const SummaryTable::Cells SummaryTable::kTitles = {"JOB",    "TRY",  "OUTCOME", "WALL", "CPU",
                                                   "MEMORY", "READ", "WRITTEN", "PIDS", "SET-UP"};

void SummaryTable::Total::add(const Measured& figure) {
  value += figure.value.value_or(0);
  (figure.known() ? some_known : some_unknown) = true;
}

void SummaryTable::Total::raise(const Measured& figure) {
  value = std::max(value, figure.value.value_or(0));
  (figure.known() ? some_known : some_unknown) = true;
}

std::string SummaryTable::Total::text(std::string (*cell)(const Measured&)) const {
  if (!some_known) return "-";
  return (some_unknown ? "≥" : "") + cell(Measured::of(value, ""));
}

void SummaryTable::add(const JobReport& job) {
  const ResourceUsage& usage = job.resources;
  rows_.push_back({{cut(sanitize(job.name), kLongestName), job.attempt > 1 ? std::to_string(job.attempt) : "",
                    outcome_cell(job.outcome), duration_cell(usage.wall_usec), duration_cell(usage.cpu.usage_usec),
                    bytes_cell(usage.memory.peak_bytes), bytes_cell(usage.io.read_bytes),
                    bytes_cell(usage.io.write_bytes), count_cell(usage.pids.peak), duration_cell(setup_of(job))},
                   colour_of(job.outcome.status)});
  retried_ = retried_ || job.attempt > 1;
  passed_[job.name] = job.outcome.status == OutcomeStatus::kPassed;
  if (failed(job.outcome.status)) failures_.push_back(failure_line(job));
  if (did_run(job.outcome.status)) add_to_totals(job);
}

void SummaryTable::add_to_totals(const JobReport& job) {
  cpu_.add(job.resources.cpu.usage_usec);
  memory_.raise(job.resources.memory.peak_bytes);
  read_.add(job.resources.io.read_bytes);
  written_.add(job.resources.io.write_bytes);
  pids_.raise(job.resources.pids.peak);
  if (const Measured setup = setup_of(job); setup.known()) setup_.add(setup);
}

SummaryTable::Cells SummaryTable::totals(Duration wall) const {
  const auto passed = std::ranges::count_if(passed_, [](const auto& job) { return job.second; });
  return {"total",
          "",
          fmt::format("{}/{} passed", passed, passed_.size()),
          format_duration(wall),
          cpu_.text(duration_cell),
          memory_.text(bytes_cell),
          read_.text(bytes_cell),
          written_.text(bytes_cell),
          pids_.text(count_cell),
          setup_.text(duration_cell)};
}

std::vector<std::size_t> SummaryTable::visible_columns() const {
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < kColumns; ++column)
    if (column != kAttempt || retried_) columns.push_back(column);
  return columns;
}

std::array<std::size_t, SummaryTable::kColumns> SummaryTable::widths(const Cells& totals) const {
  std::array<std::size_t, kColumns> widths{};
  for (std::size_t column = 0; column < kColumns; ++column) {
    widths[column] = std::max(columns_of(kTitles[column]), columns_of(totals[column]));
    for (const Row& row : rows_) widths[column] = std::max(widths[column], columns_of(row.cells[column]));
  }
  return widths;
}

std::string SummaryTable::text(Duration wall, const Style& style) const {
  const Cells total = totals(wall);
  auto columns = visible_columns();
  auto width = widths(total);
  while (style.terminal && line_width(width, columns) > style.width && columns.back() != kOutcome) {
    const std::size_t excess = line_width(width, columns) - style.width;
    if (width[kName] >= excess + kShortestName)
      width[kName] -= excess;
    else
      columns.pop_back();
  }

  const auto line = [&](const Cells& cells, std::optional<Colour> colour) {
    std::string text;
    for (const std::size_t column : columns) {
      const bool is_text = column == kName || column == kOutcome;
      const std::string cell = cut(cells[column], width[column]);
      const std::string padded = is_text ? pad_right(cell, width[column]) : pad_left(cell, width[column]);
      if (!text.empty()) text.append(kGap, ' ');
      text += colour && column == kOutcome ? paint(padded, *colour, style) : padded;
    }
    return text;
  };

  std::string text = paint(line(kTitles, {}), Colour::kBold, style) + "\n";
  for (const Row& row : rows_) text += line(row.cells, row.colour) + "\n";
  text += paint(line(total, {}), Colour::kBold, style) + "\n";
  if (!failures_.empty()) text += "\n";
  for (const std::string& failure : failures_) text += failure + "\n";
  return text;
}

std::string render_summary(const RunReport& run, const Style& style) {
  SummaryTable table;
  for (const JobReport& job : run.jobs) table.add(job);
  return table.text(run.wall, style);
}

}  // namespace hermetric
