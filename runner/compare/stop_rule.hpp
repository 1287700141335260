#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "isolation/types/units.hpp"
#include "reports/stats/measured_rounds.hpp"

namespace hermetric {

struct StopOptions {
  std::optional<std::size_t> runs;  ///< so many rounds, whatever the intervals
  std::size_t fewest_rounds = 10;   ///< before intervals are looked at
  std::size_t max_rounds = 100;
  double precision = 0.01;  ///< half the width of an interval
  std::optional<Duration> max_time;
};

/// When enough rounds were measured: by their number, by the width of intervals, by time; never by what they show,
/// which would find differences in equal versions if one only waited.
class StopRule {
 public:
  explicit StopRule(const StopOptions& options) : options_(options), next_look_(options.fewest_rounds) {}

  /// After `rounds` rounds, 1 or more. `width` gives half the width of the widest interval, if all are there. Another
  /// round that would take as long as the last and end after max_time is not begun.
  std::optional<StopReason> check(std::size_t rounds, Duration elapsed, Duration last_round,
                                  const std::function<std::optional<double>()>& width);

 private:
  StopOptions options_;
  std::size_t next_look_;  ///< looking after every round would cost time and favour narrow intervals by chance
};

}  // namespace hermetric
