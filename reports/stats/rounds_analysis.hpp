#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reports/stats/measured_rounds.hpp"
#include "reports/stats/medians.hpp"
#include "reports/stats/paired.hpp"

namespace hermetric {

/// One metric of one version over its rounds.
struct MetricSummary {
  double median = 0, least = 0, most = 0;
  std::optional<MedianInterval> interval;  ///< 95 % interval of the median; nothing below 6 rounds
  std::vector<std::string> warnings;       ///< drift, two humps: whole sentences
};

struct RoundsAnalysis {
  /// One metric in all versions.
  struct Metric {
    std::string name;
    std::vector<MetricSummary> versions;
    /// What these rounds can see at least, measured as A/A: half the width of the 95 % interval that as many rounds of
    /// the baseline against itself would give, from the ratios of its successive runs. A share; nothing below 6 rounds,
    /// or where the metric is zero in some.
    std::optional<double> noise_floor;
  };
  std::vector<Metric> metrics;
  std::vector<std::vector<PairedComparison>> against_baseline;  ///< [version - 1][metric]
};

/// Holds every version against the baseline by compare_paired(), all metrics together. All series must be of
/// one length, 1 or more.
RoundsAnalysis analyze_rounds(std::span<const MetricRounds> metrics, const PairedOptions& options = {});

/// Half the width of the widest 95 % interval of `metrics`, as a share: of the versions' ratios to the baseline, or of
/// the median where there is one version only. Nothing where some interval is not there.
std::optional<double> widest_interval(std::span<const MetricRounds> metrics, const PairedOptions& options = {});

}  // namespace hermetric
