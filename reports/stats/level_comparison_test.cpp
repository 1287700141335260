#include "reports/stats/level_comparison.hpp"

#include <gtest/gtest.h>

#include "reports/stats/holm.hpp"
#include "reports/stats/testing/noise.hpp"

namespace hermetric {
namespace {

/// A level of `count` values, and `news` values that are `ratio` times as large.
PairedSample sample_of(Random& random, std::size_t count, std::size_t news, double ratio, double cv) {
  PairedSample sample{"value", {}, {}, {}};
  for (std::size_t i = 0; i < count; ++i) sample.a.push_back(100 * (1 + cv * draw(random, Tail::kNormal)));
  for (std::size_t i = 0; i < news; ++i) sample.b.push_back(100 * ratio * (1 + cv * draw(random, Tail::kNormal)));
  return sample;
}

Verdict verdict_of(const PairedSample& sample) { return compare_with_levels({&sample, 1}).front().verdict; }

TEST(LevelComparison, TellsNewValuesFromTheLevel) {
  Random random(1);
  EXPECT_EQ(verdict_of(sample_of(random, 30, 3, 1.2, 0.01)), Verdict::kRegressed);
  EXPECT_EQ(verdict_of(sample_of(random, 30, 3, 0.8, 0.01)), Verdict::kImproved);
  EXPECT_EQ(verdict_of(sample_of(random, 30, 3, 1.0, 0.001)), Verdict::kSame);
  EXPECT_EQ(verdict_of(sample_of(random, 30, 3, 1.03, 0.05)), Verdict::kInconclusive);
  EXPECT_EQ(verdict_of(sample_of(random, 4, 3, 2, 0.01)), Verdict::kInconclusive) << "too short a level";
}

TEST(LevelComparison, TakesALoneValueForASpikeUnlessTheLevelIsLong) {
  Random random(1);
  const PairedSample sample = sample_of(random, 30, 1, 1.5, 0.01);
  const PairedComparison lone = compare_with_levels({&sample, 1}).front();
  EXPECT_EQ(lone.verdict, Verdict::kInconclusive);
  EXPECT_EQ(lone.rounds_needed, 2U);
  EXPECT_EQ(verdict_of(sample_of(random, 30, 2, 1.5, 0.01)), Verdict::kRegressed);
  EXPECT_EQ(verdict_of(sample_of(random, 250, 1, 1.5, 0.01)), Verdict::kRegressed);
  PairedSample spike = sample_of(random, 30, 3, 1, 0.01);
  spike.b[1] *= 2;
  EXPECT_NE(verdict_of(spike), Verdict::kRegressed);
}

TEST(LevelComparison, KnowsWhatIsBetter) {
  Random random(1);
  PairedSample throughput = sample_of(random, 30, 3, 1.2, 0.01);
  throughput.bigger_is_better = true;
  EXPECT_EQ(verdict_of(throughput), Verdict::kImproved);
}

TEST(LevelComparison, CopesWithLevelsWithoutScatterAndWithZeroes) {
  EXPECT_EQ(verdict_of({"m", std::vector<double>(9, 5), {5}, {}}), Verdict::kSame);
  EXPECT_EQ(verdict_of({"m", std::vector<double>(9, 5), {6, 6, 6}, {}}), Verdict::kRegressed);
  EXPECT_EQ(verdict_of({"m", std::vector<double>(9, 0), {0}, {}}), Verdict::kSame);
  EXPECT_EQ(verdict_of({"m", std::vector<double>(9, 0), {50}, {0.01, 64}}), Verdict::kSame);
  EXPECT_EQ(verdict_of({"m", std::vector<double>(9, 0), {500, 500, 500}, {0.01, 64}}), Verdict::kRegressed);
}

/// Lone values and pairs of them, one of twenty a spike.
TEST(LevelComparison, SeldomTakesSpikesForARegression) {
  Random random(4);
  int wrong = 0;
  for (int i = 0; i < 4000; ++i) {
    PairedSample sample = sample_of(random, 10 + random() % 60, 1 + random() % 3, 1, 0.01);
    for (auto* values : {&sample.a, &sample.b})
      for (double& value : *values)
        if (random() % 20 == 0) value *= 1.5;
    wrong += verdict_of(sample) == Verdict::kRegressed;
  }
  EXPECT_LE(wrong, 40) << "1 % of 4000";
}

TEST(LevelComparison, SeldomCallsEqualValuesDifferent) {
  Random random(9);
  int wrong = 0;
  for (int i = 0; i < 4000; ++i) {
    PairedSample sample = sample_of(random, 8 + random() % 40, 1 + random() % 5, 1, 0.05);
    sample.margin.relative = 0;
    const Verdict verdict = verdict_of(sample);
    wrong += verdict == Verdict::kRegressed || verdict == Verdict::kImproved;
  }
  EXPECT_LE(wrong, 60) << "1 % of 4000, and what simulation scatters";
}

TEST(Holm, StopsAtTheFirstThatHolds) {
  EXPECT_EQ(holm({0.004, 0.02, 0.006}, 0.01), (std::vector<bool>{false, false, false}));
  EXPECT_EQ(holm({0.003, 0.02, 0.005}, 0.01), (std::vector<bool>{true, false, true}));
  EXPECT_TRUE(holm({}, 0.01).empty());
}

}  // namespace
}  // namespace hermetric
