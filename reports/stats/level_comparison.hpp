#pragma once

#include <span>
#include <vector>

#include "reports/stats/paired.hpp"

namespace hermetric {

/// Fewest values of a level that something can be compared with.
inline constexpr std::size_t kFewestOfLevel = 5;

/// Compares new values `b` with the level `a` of a history, where there are no rounds. A verdict of a difference takes
/// two tests: the difference of medians of ln(value) in units of the level's own robust scatter (Student's t), and the
/// ranks of the new values among the old ones. The second asks for more than one new value, unless the level has a
/// hundred without anything like it: a lone spike is inconclusive. Margin and Holm as in compare_paired(); `rounds` is
/// the number of values of b, `rounds_needed` how many would decide. Values below the absolute margin count as equal to
/// it.
std::vector<PairedComparison> compare_with_levels(std::span<const PairedSample> samples,
                                                  const PairedOptions& options = {});

}  // namespace hermetric
