#pragma once

#include <cstddef>
#include <span>

namespace hermetric {

/// By how much a step at `at` explains `values` better than a slow wander does: twice the difference of the best
/// logarithmic likelihoods with and without the step, where both may call any part of the variance a wander, of any
/// slowness. The noise is fitted to each by itself, so that noise which looks like a step is not judged by what the
/// step leaves of it. 0 < at < values.size(). Time grows as the number of values.
double gain_of_step(std::span<const double> values, std::size_t at);

}  // namespace hermetric
