#include "reports/stats/paired.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "reports/stats/testing/noise.hpp"

namespace hermetric {
namespace {

/// Rounds in which b is `ratio` times a, each with noise of its own.
PairedSample rounds(std::size_t count, double ratio, double cv, std::uint64_t seed = 1) {
  Random random(seed);
  PairedSample sample{"value", {}, {}, {}};
  for (std::size_t i = 0; i < count; ++i) {
    sample.a.push_back(100 * std::exp(cv * draw(random, Tail::kNormal)));
    sample.b.push_back(100 * ratio * std::exp(cv * draw(random, Tail::kNormal)));
  }
  return sample;
}

PairedComparison compare_one(const PairedSample& sample) { return compare_paired({&sample, 1}).front(); }

TEST(Paired, TellsRegressedImprovedAndSameByTheMargin) {
  EXPECT_EQ(compare_one(rounds(30, 1.05, 0.01)).verdict, Verdict::kRegressed);
  EXPECT_EQ(compare_one(rounds(30, 0.95, 0.01)).verdict, Verdict::kImproved);
  EXPECT_EQ(compare_one(rounds(30, 1.00, 0.002)).verdict, Verdict::kSame);
  EXPECT_EQ(compare_one(rounds(30, 1.005, 0.001)).verdict, Verdict::kSame);
  EXPECT_EQ(compare_one(rounds(30, 1.01, 0.01)).verdict, Verdict::kInconclusive);
}

TEST(Paired, GivesTheRatioWithItsInterval) {
  const PairedComparison result = compare_one(rounds(40, 1.10, 0.02));
  EXPECT_NEAR(result.ratio, 1.10, 0.02);
  EXPECT_LE(result.ratio_low.value(), result.ratio);
  EXPECT_GE(result.ratio_high.value(), result.ratio);
  EXPECT_LT(*result.ratio_high - *result.ratio_low, 0.06);
  EXPECT_EQ(result.rounds, 40U);
  EXPECT_EQ(result.rounds_needed, 40U);
}

TEST(Paired, DecidesNothingFromTooFewRounds) {
  const PairedComparison five = compare_one(rounds(5, 2, 0.001));
  EXPECT_EQ(five.verdict, Verdict::kInconclusive);
  EXPECT_FALSE(five.ratio_low);
  EXPECT_EQ(five.rounds_needed, 8U);
  EXPECT_EQ(compare_one(rounds(7, 2, 0.001)).verdict, Verdict::kInconclusive);
  EXPECT_EQ(compare_one(rounds(8, 2, 0.001)).verdict, Verdict::kRegressed);
  EXPECT_EQ(compare_one(rounds(0, 2, 0.001)).rounds_needed, 8U);
}

TEST(Paired, EstimatesTheRoundsThatAVerdictTakes) {
  // 3 % of noise in each: the median's interval of +-1 % takes about (1.96 x 1.2533 x 4.2 % / 1 %)^2 = 108 rounds.
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const PairedComparison result = compare_one(rounds(20, 1.05, 0.06, seed));
    if (result.rounds_needed) sum += std::log(static_cast<double>(*result.rounds_needed)) / 40;
  }
  EXPECT_GT(std::exp(sum), 40);
  EXPECT_LT(std::exp(sum), 400);
}

TEST(Paired, TakesZeroForAFigureAndNotForAnError) {
  EXPECT_EQ(compare_one({"faults", std::vector<double>(10, 0), std::vector<double>(10, 0), {}}).verdict,
            Verdict::kSame);
  const auto from_zero = compare_one({"faults", std::vector<double>(10, 0), std::vector<double>(10, 7), {}});
  EXPECT_EQ(from_zero.verdict, Verdict::kRegressed);
  EXPECT_TRUE(std::isinf(from_zero.ratio));
  EXPECT_EQ(compare_one({"faults", std::vector<double>(10, 7), std::vector<double>(10, 0), {}}).verdict,
            Verdict::kImproved);
}

TEST(Paired, IgnoresADifferenceBelowTheAbsoluteMargin) {
  PairedSample sample{"faults", std::vector<double>(12, 4), std::vector<double>(12, 6), {0.02, 8}};
  EXPECT_EQ(compare_one(sample).verdict, Verdict::kSame);
  EXPECT_EQ(compare_one(sample).ratio, 1.5);
  sample.margin.absolute = 1;
  EXPECT_EQ(compare_one(sample).verdict, Verdict::kRegressed);
}

TEST(Paired, AsksForMoreWhereManyMetricsAreCompared) {
  const PairedSample eight = rounds(8, 2, 0.001);
  EXPECT_EQ(compare_one(eight).verdict, Verdict::kRegressed);
  std::vector<PairedSample> together(6, rounds(8, 1, 0.001));
  together.push_back(eight);
  EXPECT_EQ(compare_paired(together).back().verdict, Verdict::kRegressed) << "the others cannot differ";
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t k = 0; k < 8; ++k) together[i].b[k] *= k % 2 == 0 ? 1.2 : 0.8;
  EXPECT_EQ(compare_paired(together).back().verdict, Verdict::kInconclusive) << "2^-7 > 0.01 / 7";
  together.back() = rounds(12, 2, 0.001);
  EXPECT_EQ(compare_paired(together).back().verdict, Verdict::kRegressed);
}

TEST(Paired, WarnsOfDriftAndOfTwoHumps) {
  EXPECT_TRUE(compare_one(rounds(40, 1, 0.01)).warnings.empty());
  PairedSample drifting = rounds(40, 1, 0.01), humped = rounds(40, 1, 0.01);
  for (std::size_t i = 0; i < 40; ++i) {
    drifting.a[i] *= 1 + 0.005 * static_cast<double>(i);
    drifting.b[i] *= 1 + 0.005 * static_cast<double>(i);
    humped.b[i] *= (i * 7) % 5 < 2 ? 1.2 : 1;
  }
  ASSERT_EQ(compare_one(drifting).warnings.size(), 1U);
  EXPECT_TRUE(compare_one(drifting).warnings[0].starts_with("both versions drifted by +1"))
      << compare_one(drifting).warnings[0];
  ASSERT_EQ(compare_one(humped).warnings.size(), 1U);
  EXPECT_EQ(compare_one(humped).warnings[0], "the values compared with it fall into two groups");
}

TEST(Margins, AreFoundByTheFiguresPath) {
  EXPECT_EQ(default_margin("wall_usec").relative, 0.02);
  EXPECT_EQ(default_margin("cpu.usage_usec").relative, 0.02);
  EXPECT_EQ(default_margin("cpu.system_usec").relative, 0.05);
  EXPECT_EQ(default_margin("anything").relative, 0.01);
}

}  // namespace
}  // namespace hermetric
