#pragma once

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>
#include <vector>

#include "reports/stats/measured_rounds.hpp"
#include "reports/stats/rounds_analysis.hpp"

namespace hermetric {

/// What a version is called, and what it runs.
struct VersionLabel {
  std::string name;
  std::vector<std::string> command;
};

/// {"versions": [{"name", "command", "metrics": {NAME: {"median", "low", "high", "least", "most", "values"}}}],
///  "rounds": {"measured", "warmup", "rerun", "kept_disturbed", "failed", "stopped_by", "elapsed_usec"},
///  "metrics": [as comparison_to_json(), with "version" and "noise_floor"], "unavailable": {NAME: why}}
nlohmann::ordered_json rounds_to_json(std::span<const VersionLabel> versions, const MeasuredRounds& measured,
                                      const RoundsAnalysis& analysis);

/// For people: which is which, a table for each version held against the baseline (or one of the only version), and
/// what to know about the rounds. Metrics that are zero throughout are left out.
std::string rounds_text(std::span<const VersionLabel> versions, const MeasuredRounds& measured,
                        const RoundsAnalysis& analysis, bool markdown);

}  // namespace hermetric
