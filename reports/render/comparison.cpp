#include "reports/render/comparison.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>

#include "reports/render/text.hpp"
#include "reports/render/units.hpp"

namespace hermetric {
namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

std::string interval_cell(const PairedComparison& metric) {
  if (!metric.ratio_low) return "-";
  return change_cell(*metric.ratio_low) + " .. " + change_cell(*metric.ratio_high);
}

}  // namespace

Json comparison_to_json(std::span<const PairedComparison> metrics) {
  Json list = Json::array();
  for (const PairedComparison& metric : metrics) {
    list.push_back({{"name", metric.name},
                    {"a", number_or_null(metric.a)},
                    {"b", number_or_null(metric.b)},
                    {"ratio", number_or_null(metric.ratio)},
                    {"ratio_low", number_or_null(metric.ratio_low)},
                    {"ratio_high", number_or_null(metric.ratio_high)},
                    {"verdict", name_of(metric.verdict)},
                    {"rounds", metric.rounds},
                    {"rounds_needed", metric.rounds_needed ? Json(*metric.rounds_needed) : Json(nullptr)},
                    {"margin", metric.margin.relative},
                    {"warnings", metric.warnings}});
  }
  return {{"metrics", list}};
}

Table comparison_table(std::span<const PairedComparison> metrics) {
  Table table{{"METRIC", "A", "B", "CHANGE", "95 % INTERVAL", "VERDICT"}, {true, false, false, false, false, true}, {}};
  for (const PairedComparison& metric : metrics)
    table.rows.push_back({sanitize(metric.name), metric_cell(metric.name, metric.a), metric_cell(metric.name, metric.b),
                          change_cell(metric.ratio), interval_cell(metric), std::string(name_of(metric.verdict))});
  return table;
}

std::string comparison_notes(std::span<const PairedComparison> metrics) {
  std::string notes;
  for (const PairedComparison& metric : metrics) {
    const std::string name = sanitize(metric.name);
    for (const std::string& warning : metric.warnings) notes += name + ": " + warning + "\n";
    if (metric.verdict != Verdict::kInconclusive) continue;
    notes += fmt::format("{}: inconclusive after {} rounds at a margin of {:.3g} %; ", name, metric.rounds,
                         100 * metric.margin.relative);
    notes += metric.rounds_needed ? fmt::format("about {} would decide\n", *metric.rounds_needed)
                                  : std::string("the difference lies on the margin, or the noise is too large\n");
  }
  return notes;
}

std::string metric_cell(std::string_view metric, double value) {
  const bool countable = value >= 0 && value < 9e18;
  if (countable && metric.ends_with("_usec"))
    return format_duration(Duration(static_cast<Duration::rep>(std::llround(value))));
  if (countable && metric.ends_with("_bytes")) return format_bytes({static_cast<std::uint64_t>(std::llround(value))});
  return fmt::format("{:.4g}", value);
}

std::string change_cell(double ratio) {
  if (std::isinf(ratio)) return "+inf";
  return fmt::format("{:+.2f} %", 100 * (ratio - 1));
}

}  // namespace hermetric
