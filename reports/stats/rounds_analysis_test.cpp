#include "reports/stats/rounds_analysis.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "reports/stats/testing/noise.hpp"

namespace hermetric {
namespace {

/// Versions that cost `costs`, each run with noise of its own.
MetricRounds metric(const std::string& name, const std::vector<double>& costs, std::size_t rounds, double cv,
                    std::uint64_t seed = 1) {
  Random random(seed);
  MetricRounds result{name, {.relative = 0.02, .absolute = 0}, {}};
  result.values.resize(costs.size());
  for (std::size_t round = 0; round < rounds; ++round)
    for (std::size_t version = 0; version < costs.size(); ++version)
      result.values[version].push_back(costs[version] * std::exp(cv * draw(random, Tail::kNormal)));
  return result;
}

TEST(RoundsAnalysis, HoldsEveryVersionAgainstTheFirst) {
  const std::vector metrics = {metric("wall_usec", {100, 120, 80}, 20, 0.01), metric("pids.peak", {5, 5, 5}, 20, 0)};
  const RoundsAnalysis analysis = analyze_rounds(metrics);
  ASSERT_EQ(analysis.against_baseline.size(), 2U);
  EXPECT_EQ(analysis.against_baseline[0][0].verdict, Verdict::kRegressed);
  EXPECT_EQ(analysis.against_baseline[1][0].verdict, Verdict::kImproved);
  EXPECT_EQ(analysis.against_baseline[0][1].verdict, Verdict::kSame);
  ASSERT_EQ(analysis.metrics.size(), 2U);
  EXPECT_EQ(analysis.metrics[0].name, "wall_usec");
  EXPECT_NEAR(analysis.metrics[0].versions[1].median, 120, 2);
  EXPECT_LE(analysis.metrics[0].versions[1].least, analysis.metrics[0].versions[1].interval.value().low);
  EXPECT_GE(analysis.metrics[0].versions[1].most, analysis.metrics[0].versions[1].interval.value().high);
}

TEST(RoundsAnalysis, SharesFalseVerdictsAmongThoseThatCanDiffer) {
  // Ten rounds suffice for five metrics (2^-9 < 0.01 / 5), not for eight.
  std::vector<MetricRounds> metrics;
  for (std::uint64_t i = 0; i < 8; ++i) metrics.push_back(metric("m", {100, i < 5 ? 200.0 : 100.0}, 10, 0.001, i + 1));
  EXPECT_EQ(analyze_rounds(metrics).against_baseline[0][0].verdict, Verdict::kRegressed);
  for (MetricRounds& one : metrics)
    for (double& value : one.values[1]) value *= 2;
  EXPECT_EQ(analyze_rounds(metrics).against_baseline[0][0].verdict, Verdict::kInconclusive);
  EXPECT_EQ(fewest_rounds(5), 10U);
  EXPECT_EQ(fewest_rounds(8), 11U);
  EXPECT_EQ(fewest_rounds(0), 8U);
}

TEST(RoundsAnalysis, MeasuresTheNoiseOfTheBaselineAgainstItself) {
  double sum = 0, half_widths = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const MetricRounds equal = metric("wall_usec", {100, 100}, 40, 0.03, seed);
    sum += analyze_rounds({&equal, 1}).metrics[0].noise_floor.value();
    half_widths += widest_interval({&equal, 1}).value();
  }
  EXPECT_NEAR(sum / 40, 1.96 * 1.2533 * 0.03 * std::sqrt(2.0 / 40), 0.003);
  EXPECT_NEAR(sum / half_widths, 1, 0.25) << "it tells how wide the intervals of equal versions are";
}

TEST(RoundsAnalysis, HasNoNoiseFloorWhereThereIsNoRatio) {
  MetricRounds zeros{"io.read_bytes", {}, {{0, 0, 0, 0, 0, 0, 0}, {1, 1, 1, 1, 1, 1, 1}}};
  EXPECT_EQ(analyze_rounds({&zeros, 1}).metrics[0].noise_floor, 0);
  zeros.values[0][3] = 7;
  EXPECT_FALSE(analyze_rounds({&zeros, 1}).metrics[0].noise_floor);
  EXPECT_FALSE(widest_interval({&zeros, 1}));
  const MetricRounds few = metric("wall_usec", {100, 100}, 5, 0.03);
  EXPECT_FALSE(analyze_rounds({&few, 1}).metrics[0].noise_floor);
  EXPECT_FALSE(widest_interval({&few, 1}));
}

TEST(RoundsAnalysis, DescribesOneVersionAlone) {
  MetricRounds alone = metric("wall_usec", {100}, 40, 0.01);
  const RoundsAnalysis analysis = analyze_rounds({&alone, 1});
  EXPECT_TRUE(analysis.against_baseline.empty());
  EXPECT_TRUE(analysis.metrics[0].versions[0].warnings.empty());
  EXPECT_LT(widest_interval({&alone, 1}).value(), 0.01);
  for (std::size_t i = 0; i < 40; ++i) alone.values[0][i] *= 1 + 0.005 * static_cast<double>(i);
  const auto warnings = analyze_rounds({&alone, 1}).metrics[0].versions[0].warnings;
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_TRUE(warnings[0].starts_with("drifted by +1")) << warnings[0];
}

}  // namespace
}  // namespace hermetric
