// How often change points are found that are not there, and those missed that are: over kinds of noise as CI shows
// them.

#include <gtest/gtest.h>

#include <iostream>

#include "reports/stats/change_points.hpp"
#include "reports/stats/testing/noise.hpp"

namespace hermetric {
namespace {

constexpr std::size_t kLength = 100;
constexpr int kRepetitions = 200;
constexpr std::size_t kNear = 5;

double false_alarms(const NoiseKind& kind, double cv) {
  Random random(42);
  std::size_t count = 0;
  for (int i = 0; i < kRepetitions; ++i) count += find_change_points(noisy_series(random, kind, cv, kLength)).size();
  return static_cast<double>(count) / kRepetitions;
}

double recall(const NoiseKind& kind, double step) {
  Random random(7);
  int hits = 0;
  for (int i = 0; i < kRepetitions; ++i) {
    const std::size_t at = 15 + random() % 71;
    const double factor = random() % 2 == 0 ? 1 + step : 1 / (1 + step);
    auto series = noisy_series(random, kind, 0.06, kLength);
    for (std::size_t k = at; k < kLength; ++k) series[k] *= factor;
    for (const ChangePoint& change : find_change_points(series)) {
      if (change.index + kNear < at || change.index > at + kNear) continue;
      ++hits;
      break;
    }
  }
  return static_cast<double>(hits) / kRepetitions;
}

TEST(ChangePointsQuality, RaisesFewFalseAlarms) {
  double sum = 0;
  for (const NoiseKind& kind : kNoiseKinds) {
    double of_kind = 0;
    for (const double cv : {0.003, 0.01, 0.03, 0.06, 0.15}) of_kind += false_alarms(kind, cv) / 5;
    std::cout << "false alarms in 100 values, " << kind.name << ": " << of_kind << '\n';
    // A slow wander is hardly told from steps; everything else must hold alone.
    EXPECT_LE(of_kind, kind.wander > 0 ? 0.2 : 0.05) << kind.name;
    sum += of_kind;
  }
  EXPECT_LE(sum / kNoiseKinds.size(), 0.03);
}

TEST(ChangePointsQuality, FindsStepsWhereTheyAre) {
  double small = 0, large = 0;
  for (const NoiseKind& kind : kNoiseKinds) {
    const double of_small = recall(kind, 0.10), of_large = recall(kind, 0.20);
    std::cout << "recall of 10 % and 20 %, " << kind.name << ": " << of_small << ' ' << of_large << '\n';
    EXPECT_GE(of_large, 0.85) << kind.name;
    if (kind.correlation <= 0.3) {
      EXPECT_GE(of_small, 0.65) << kind.name;
    }
    small += of_small;
    large += of_large;
  }
  EXPECT_GE(small / kNoiseKinds.size(), 0.62);
  EXPECT_GE(large / kNoiseKinds.size(), 0.95);
}

}  // namespace
}  // namespace hermetric
