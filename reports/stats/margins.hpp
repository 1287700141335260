#pragma once

#include <string_view>

namespace hermetric {

/// How much of a difference in a metric does not matter.
struct Margin {
  double relative = 0.01;  ///< of the baseline
  double absolute = 0;     ///< in the metric's unit; a round that differs by no more counts as no difference
};

/// The default for a figure by its path in a report ("cpu.usage_usec"), or for a metric of unknown name: 1 %.
Margin default_margin(std::string_view metric);

}  // namespace hermetric
