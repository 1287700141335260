#pragma once

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>
#include <vector>

#include "reports/render/table.hpp"
#include "reports/stats/change_points.hpp"

namespace hermetric {

/// The change points of one series; `commits` are those of its values.
struct AnalyzedSeries {
  std::string name;
  std::vector<std::string> commits;
  std::vector<ChangePoint> change_points;  ///< indices into `commits`
};

/// {"series": [{"name", "change_points": [{"index", "commit", "before", "after", "ratio", "confidence", ...}]}]}.
nlohmann::ordered_json changes_to_json(std::span<const AnalyzedSeries> series);

/// A row a change point, the largest change first.
Table change_table(std::span<const AnalyzedSeries> series);

}  // namespace hermetric
