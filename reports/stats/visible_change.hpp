#pragma once

#include <cstddef>
#include <span>

namespace hermetric {

/// How much values of one quantity scatter: their robust deviation over their median.
double robust_variation(std::span<const double> values);

/// The smallest relative change that `rounds` paired rounds will mostly show (four times of five, at an error of 1 %),
/// where single values vary by `variation`: by the normal distribution, for the median of the rounds' ratios.
double visible_change(double variation, std::size_t rounds);

}  // namespace hermetric
