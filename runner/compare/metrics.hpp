#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/sys/result.hpp"
#include "isolation/types/usage.hpp"
#include "reports/stats/margins.hpp"

namespace hermetric {

/// A figure of a report that versions are compared by.
struct ComparedMetric {
  std::string_view path;   ///< below "resources"
  bool sets_pace = false;  ///< rounds go on until its interval is narrow enough
  Margin margin = {};
};

/// Those whose path begins with one of `prefixes`, in the order of tables; all for no prefixes. Wall and CPU time set
/// the pace, or whatever was asked for; margins are the defaults. Error: a prefix that none begins with.
Result<std::vector<ComparedMetric>> select_metrics(const std::vector<std::string>& prefixes);

/// The figures of one run, one for each of `metrics`.
std::vector<Measured> figures_of(const ResourceUsage& usage, std::span<const ComparedMetric> metrics);

}  // namespace hermetric
