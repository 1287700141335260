#include "reports/stats/rounds_analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/stats/sample_shape.hpp"

namespace hermetric {
namespace {

/// 1.96 standard errors of the median of normal values.
constexpr double kHalfWidthOfMedian = 1.96 * 1.2533;
constexpr std::size_t kFewestForNoise = 6;

std::optional<double> noise_floor(const std::vector<double>& baseline) {
  if (baseline.size() < kFewestForNoise) return std::nullopt;
  std::vector<double> ratios;
  for (std::size_t i = 1; i < baseline.size(); ++i) {
    const bool equal = baseline[i] == baseline[i - 1];
    if (!equal && (baseline[i] <= 0 || baseline[i - 1] <= 0)) return std::nullopt;
    ratios.push_back(equal ? 0 : std::log(baseline[i] / baseline[i - 1]));
  }
  return std::expm1(kHalfWidthOfMedian * robust_deviation(ratios) / std::sqrt(static_cast<double>(baseline.size())));
}

std::vector<std::string> shape_warnings(const std::vector<double>& values, const Margin& margin) {
  std::vector<double> logs;
  for (const double value : values) {
    if (value <= 0) return {};
    logs.push_back(std::log(value));
  }
  std::vector<std::string> warnings;
  if (const auto drift = drift_of(logs); drift && std::fabs(*drift) >= margin.relative)
    warnings.push_back(fmt::format("drifted by {:+.1f} % over the rounds", 100 * *drift));
  if (is_two_humped(logs)) warnings.emplace_back("the values fall into two groups");
  return warnings;
}

MetricSummary summarize(const std::vector<double>& values, const Margin& margin, double confidence) {
  const auto [least, most] = std::ranges::minmax(values);
  return {median(values), least, most, median_interval(values, confidence), shape_warnings(values, margin)};
}

std::vector<PairedComparison> hold_against_baseline(std::span<const MetricRounds> metrics, std::size_t version,
                                                    const PairedOptions& options) {
  std::vector<PairedSample> samples;
  for (const MetricRounds& metric : metrics)
    samples.push_back({metric.name, metric.values[0], metric.values[version], metric.margin});
  return compare_paired(samples, options);
}

std::optional<double> width_of_median(const std::vector<double>& values, double confidence) {
  const auto interval = median_interval(values, confidence);
  const double middle = median(values);
  if (!interval || middle <= 0) return std::nullopt;
  return (interval->high - interval->low) / 2 / middle;
}

std::optional<double> width_of_ratio(const PairedComparison& comparison) {
  if (!comparison.ratio_low || *comparison.ratio_low <= 0 || std::isinf(*comparison.ratio_high)) return std::nullopt;
  return std::expm1(std::log(*comparison.ratio_high / *comparison.ratio_low) / 2);
}

}  // namespace

RoundsAnalysis analyze_rounds(std::span<const MetricRounds> metrics, const PairedOptions& options) {
  RoundsAnalysis analysis;
  for (const MetricRounds& metric : metrics) {
    RoundsAnalysis::Metric described{metric.name, {}, noise_floor(metric.values[0])};
    for (const auto& values : metric.values)
      described.versions.push_back(summarize(values, metric.margin, options.confidence));
    analysis.metrics.push_back(std::move(described));
  }
  const std::size_t versions = metrics.empty() ? 0 : metrics.front().values.size();
  for (std::size_t version = 1; version < versions; ++version)
    analysis.against_baseline.push_back(hold_against_baseline(metrics, version, options));
  return analysis;
}

std::optional<double> widest_interval(std::span<const MetricRounds> metrics, const PairedOptions& options) {
  std::optional<double> widest;
  for (const MetricRounds& metric : metrics) {
    for (std::size_t version = metric.values.size() == 1 ? 0 : 1; version < metric.values.size(); ++version) {
      const PairedSample sample{metric.name, metric.values[0], metric.values[version], metric.margin};
      const auto width = version == 0 ? width_of_median(metric.values[0], options.confidence)
                                      : width_of_ratio(compare_paired({&sample, 1}, options).front());
      if (!width) return std::nullopt;
      widest = std::max(widest.value_or(0), *width);
    }
  }
  return widest;
}

}  // namespace hermetric
