#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "reports/stats/medians.hpp"

namespace hermetric {

/// A median and, from six values on, the exact 95 % interval around it.
struct Level {
  double median = 0;
  std::optional<MedianInterval> interval = {};
};

/// Where a series goes from one level to another.
struct ChangePoint {
  std::size_t index = 0;             ///< first value of the new level
  Level before = {}, after = {};     ///< of the values since the step before, and up to the next
  std::optional<double> ratio = {};  ///< after / before; nothing where before is zero
  double confidence = 0;             ///< 1 - probability of such a step anywhere in a series without one
};

/// Chosen by simulation (README.md): 0.022 false alarms in 100 values without a step, on average over twelve kinds of
/// noise and five sizes of it.
inline constexpr double kChangeSignificance = 0.05;
inline constexpr double kSmallestChange = 0.02;

struct ChangePointOptions {
  double significance = kChangeSignificance;  ///< probability that a series without a step shows one
  double smallest_change = kSmallestChange;   ///< relative; smaller ones are not reported
};

/// Change points of `series`, in order. The same values always give the same answer; time grows as n log n.
///
/// E-divisive in spirit (recursive best splits, a significance for each, then a look back at each between its
/// neighbours), with a statistic that asks for what costs show: a difference of levels of ln(value), outliers drawn
/// in, the variance inflated by the series' own autocorrelation, better explained by a step than by a wander. A change
/// of scatter alone is no change of cost. Series with a value of zero or less are analysed as they are, relative to the
/// median of |value|.
///
/// `same_as_before` says of each value whether it is known to measure the same thing as the value before it; empty:
/// nothing is known. What changed is then something else, so no change point lies there. A step that is found there
/// goes to the nearer end of the values that are alike where it may as well lie by the likelihood, else it is left out.
std::vector<ChangePoint> find_change_points(std::span<const double> series, const ChangePointOptions& options = {},
                                            const std::vector<bool>& same_as_before = {});

}  // namespace hermetric
