#include "runner/compare/stop_rule.hpp"

#include <algorithm>

namespace hermetric {

std::optional<StopReason> StopRule::check(std::size_t rounds, Duration elapsed, Duration last_round,
                                          const std::function<std::optional<double>()>& width) {
  if (options_.runs && rounds >= *options_.runs) return StopReason::kRuns;
  if (options_.max_time && elapsed + last_round > *options_.max_time) return StopReason::kMaxTime;
  if (options_.runs) return std::nullopt;
  // An even number of rounds has each order as often as the other.
  if (rounds >= next_look_ && rounds % 2 == 0) {
    const auto widest = width();
    if (widest && *widest <= options_.precision) return StopReason::kPrecision;
    next_look_ = rounds + std::max<std::size_t>(2, rounds / 10);
  }
  if (rounds >= options_.max_rounds) return StopReason::kMaxRounds;
  return std::nullopt;
}

}  // namespace hermetric
