#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/sys/result.hpp"
#include "reports/stats/paired.hpp"
#include "runner/compare/metrics.hpp"

namespace hermetric {

/// Exit codes of compare and history gate; 0: no regression.
inline constexpr int kExitRegression = 2;
inline constexpr int kExitInconclusive = 3;
inline constexpr int kExitNotComparable = 4;

/// "2%" or "0.02": at least 0, below 10.
Result<double> parse_share(std::string_view text);

/// Takes what --margin says: "2%" for all metrics, "NAME=2%" for those whose name begins so; the last that fits counts.
Status apply_margins(const std::vector<std::string>& texts, std::span<PairedSample> samples);

Status apply_margins(const std::vector<std::string>& texts, std::span<ComparedMetric> metrics);

/// The code for what was found. Inconclusive counts only where `strict`.
int exit_code_of(std::span<const PairedComparison> metrics, bool strict);

}  // namespace hermetric
