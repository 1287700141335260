#pragma once

#include <span>
#include <vector>

#include "reports/stats/paired.hpp"

namespace hermetric {

/// Fewest values of a level that something can be compared with.
inline constexpr std::size_t kFewestOfLevel = 5;

/// Compares new values `b` with the level `a` of a history, where there are no rounds: by the difference of medians of
/// ln(value) in units of the level's own robust scatter, with Student's t. Verdicts, margin and Holm as in
/// compare_paired(); `rounds` is the number of values of b. One new value is enough, but a lone spike in it looks like
/// a regression: measure more than once. Values below the absolute margin count as equal to it.
std::vector<PairedComparison> compare_with_levels(std::span<const PairedSample> samples,
                                                  const PairedOptions& options = {});

}  // namespace hermetric
