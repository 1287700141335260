#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/types/units.hpp"
#include "reports/stats/margins.hpp"

namespace hermetric {

/// One metric of versions that were measured in rounds, each version once a round. Not negative.
struct MetricRounds {
  std::string name;
  Margin margin;
  std::vector<std::vector<double>> values;  ///< [version][round]; version 0 is the baseline
};

/// Why there were no more rounds.
enum class StopReason { kRuns, kPrecision, kMaxRounds, kMaxTime, kFailed, kInterrupted };

inline constexpr std::array<std::string_view, 6> kStopReasonNames = {"runs",     "precision", "max_rounds",
                                                                     "max_time", "failed",    "interrupted"};
constexpr std::string_view name_of(StopReason reason) { return kStopReasonNames[static_cast<std::size_t>(reason)]; }

/// What a comparison in rounds measured, and what it left out.
struct MeasuredRounds {
  std::vector<MetricRounds> metrics;               ///< those that all rounds have
  std::map<std::string, std::string> unavailable;  ///< the others, and why
  std::size_t rounds = 0;                          ///< that count
  std::size_t warmups = 0;                         ///< dropped
  std::map<std::string, std::size_t> rerun;        ///< disturbed and measured again, by what disturbed them
  std::size_t kept_disturbed = 0;                  ///< disturbed, and counted since too many were
  std::size_t failed = 0;                          ///< dropped
  StopReason stop = StopReason::kRuns;
  Duration elapsed{};
};

}  // namespace hermetric
