#pragma once

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>

#include "reports/render/table.hpp"
#include "reports/stats/paired.hpp"

namespace hermetric {

/// {"metrics": [{"name", "ratio", "ratio_low", "ratio_high", "verdict", "rounds", "rounds_needed", ...}]}. Ratios are
/// null where they are infinite or, their interval, where there are too few rounds.
nlohmann::ordered_json comparison_to_json(std::span<const PairedComparison> metrics);

/// A row a metric: medians, ratio with its interval, verdict.
Table comparison_table(std::span<const PairedComparison> metrics);

/// A line for each warning and each verdict that more rounds would give.
std::string comparison_notes(std::span<const PairedComparison> metrics);

/// A value of a metric for people, in the unit that its name ends with ("_usec", "_bytes"); four digits where there is
/// none.
std::string metric_cell(std::string_view metric, double value);

/// "+12.3 %".
std::string change_cell(double ratio);

}  // namespace hermetric
