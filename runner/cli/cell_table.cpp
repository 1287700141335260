#include "runner/cli/cell_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

#include "reports/model/json_text.hpp"
#include "reports/render/text.hpp"
#include "reports/render/units.hpp"

namespace hermetric {
namespace {

using nlohmann::ordered_json;
using Figure = std::optional<std::uint64_t>;
using Row = std::vector<std::string>;

constexpr std::size_t kWidestName = 40;

std::string duration_or_dash(const Figure& usec) {
  return usec ? format_duration(Duration(static_cast<Duration::rep>(*usec))) : "-";
}

const char* state_of(const RunningCell& cell) { return cell.record.paused() ? "paused" : "running"; }

Row row_of(const RunningCell& cell, const std::map<std::string, double>* cpu_percent) {
  Row row{cut(sanitize(cell.record.name), kWidestName),
          sanitize(cell.record.cell),
          std::to_string(cell.record.runner_pid),
          cell.job_pid != 0 ? std::to_string(cell.job_pid) : "-",
          state_of(cell),
          format_duration(cell.elapsed),
          duration_or_dash(cell.sample.cpu_usage_usec),
          cell.sample.memory_bytes ? format_bytes(Bytes{*cell.sample.memory_bytes}) : "-",
          cell.sample.pids ? std::to_string(*cell.sample.pids) : "-"};
  if (cpu_percent != nullptr) {
    const auto found = cpu_percent->find(cell.record.cell);
    row.push_back(found != cpu_percent->end() ? fmt::format("{:.1f}", found->second) : "-");
  }
  return row;
}

std::vector<std::string> aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += pad_right(row[i], widths[i]) + "  ";
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  return lines;
}

ordered_json json_of(const Figure& figure) { return figure ? ordered_json(*figure) : ordered_json(nullptr); }

}  // namespace

std::vector<std::string> cell_table(const std::vector<RunningCell>& cells,
                                    const std::map<std::string, double>* cpu_percent) {
  std::vector<Row> rows{{"JOB", "CELL", "RUNNER", "PID", "STATE", "ELAPSED", "CPU", "MEMORY", "PIDS"}};
  if (cpu_percent != nullptr) rows.front().emplace_back("CPU%");
  for (const RunningCell& cell : cells) rows.push_back(row_of(cell, cpu_percent));
  return aligned(rows);
}

std::string cells_json(const std::vector<RunningCell>& cells) {
  ordered_json all = ordered_json::array();
  for (const RunningCell& cell : cells)
    all.push_back({{"job", cell.record.name},
                   {"cell", cell.record.cell},
                   {"runner_pid", cell.record.runner_pid},
                   {"job_pid", cell.job_pid != 0 ? ordered_json(cell.job_pid) : ordered_json(nullptr)},
                   {"state", state_of(cell)},
                   {"elapsed_usec", cell.elapsed.count()},
                   {"cpu_usage_usec", json_of(cell.sample.cpu_usage_usec)},
                   {"memory_bytes", json_of(cell.sample.memory_bytes)},
                   {"pids", json_of(cell.sample.pids)}});
  std::string text;
  append_json(text, all);
  return text + '\n';
}

std::map<std::string, double> cpu_percent_of(const std::vector<RunningCell>& before,
                                             const std::vector<RunningCell>& now, Duration between) {
  std::map<std::string, double> percent;
  for (const RunningCell& cell : now)
    for (const RunningCell& earlier : before) {
      const Figure &from = earlier.sample.cpu_usage_usec, &to = cell.sample.cpu_usage_usec;
      if (earlier.record.cell == cell.record.cell && from && to && *to >= *from && between > Duration::zero())
        percent[cell.record.cell] = 100.0 * static_cast<double>(*to - *from) / static_cast<double>(between.count());
    }
  return percent;
}

}  // namespace hermetric
