#pragma once

#include <optional>
#include <span>

namespace hermetric {

/// Relative change from the first third of the values to the last, where the order of the values matters beyond chance
/// (Spearman's rank correlation with time, three standard errors). Values are logarithms.
std::optional<double> drift_of(std::span<const double> logarithms);

/// Whether the values fall into two clear groups, as when a cache, a frequency or a second machine decides: the best
/// cut in two leaves the means at least kHumpDistance deviations of the groups apart, each at least 15 % of the values.
/// Fewer than 12 values never do. Normal, skewed and evenly spread samples do in about one of a hundred cases at most.
bool is_two_humped(std::span<const double> values);

}  // namespace hermetric
