#include "reports/stats/change_points.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "reports/stats/testing/noise.hpp"

namespace hermetric {
namespace {

std::vector<double> levels(std::initializer_list<std::pair<std::size_t, double>> parts, double cv = 0.01) {
  Random random(1);
  std::vector<double> series;
  for (const auto& [count, level] : parts)
    for (std::size_t i = 0; i < count; ++i) series.push_back(level * (1 + cv * draw(random, Tail::kNormal)));
  return series;
}

std::vector<std::size_t> indices(const std::vector<ChangePoint>& changes) {
  std::vector<std::size_t> found;
  for (const ChangePoint& change : changes) found.push_back(change.index);
  return found;
}

using Indices = std::vector<std::size_t>;

TEST(ChangePoints, GivesTheFirstValueOfTheNewLevelAndBothMedians) {
  const auto changes = find_change_points(levels({{40, 100}, {30, 120}}));
  ASSERT_EQ(indices(changes), Indices{40});
  EXPECT_NEAR(changes[0].before.median, 100, 0.6);
  EXPECT_NEAR(changes[0].after.median, 120, 0.8);
  EXPECT_NEAR(changes[0].ratio.value(), 1.2, 0.01);
  EXPECT_GT(changes[0].confidence, 0.999);
  EXPECT_LE(changes[0].confidence, 1);
  ASSERT_TRUE(changes[0].before.interval && changes[0].after.interval);
  EXPECT_LT(changes[0].before.interval->low, changes[0].before.median);
  EXPECT_LT(changes[0].before.interval->high, changes[0].after.interval->low);
}

TEST(ChangePoints, FindsALevelBetweenTwoEqualOnes) {
  EXPECT_EQ(indices(find_change_points(levels({{40, 100}, {20, 115}, {40, 100}}))), (Indices{40, 60}));
  EXPECT_EQ(indices(find_change_points(levels({{30, 100}, {30, 110}, {30, 121}, {30, 100}}))), (Indices{30, 60, 90}));
}

TEST(ChangePoints, FindsTheShortestLevelAtEitherEnd) {
  EXPECT_EQ(indices(find_change_points(levels({{50, 100}, {5, 130}}))), Indices{50});
  EXPECT_EQ(indices(find_change_points(levels({{5, 130}, {50, 100}}))), Indices{5});
}

TEST(ChangePoints, NeverTakesALoneSpikeForALevel) {
  for (const double cv : {0.0, 0.003, 0.06})
    for (const double size : {0.1, 1.3, 3.0, 1000.0})
      for (std::size_t at = 0; at < 60; ++at) {
        auto series = levels({{60, 100}}, cv);
        series[at] *= size;
        EXPECT_EQ(indices(find_change_points(series)), Indices{}) << cv << ' ' << size << ' ' << at;
      }
}

TEST(ChangePoints, NeverTakesTwoSpikesInARowForALevel) {
  for (std::size_t at = 0; at + 2 <= 60; ++at) {
    auto series = levels({{60, 100}});
    series[at] *= 2;
    series[at + 1] *= 2;
    EXPECT_EQ(indices(find_change_points(series)), Indices{}) << at;
  }
}

TEST(ChangePoints, KeepsQuietBelowTheSmallestChange) {
  const auto series = levels({{60, 100}, {60, 101}}, 0.001);
  EXPECT_EQ(indices(find_change_points(series)), Indices{});
  EXPECT_EQ(indices(find_change_points(series, {.smallest_change = 0.005})), Indices{60});
}

TEST(ChangePoints, TakesAChangeOfScatterForNoChange) {
  auto series = levels({{60, 100}}, 0.01);
  const auto wider = levels({{60, 100}}, 0.05);
  series.insert(series.end(), wider.begin(), wider.end());
  EXPECT_EQ(indices(find_change_points(series)), Indices{});
}

TEST(ChangePoints, CopesWithSeriesWithoutNoise) {
  EXPECT_EQ(indices(find_change_points(levels({{50, 7}}, 0))), Indices{});
  EXPECT_EQ(indices(find_change_points(levels({{20, 7}, {20, 8}}, 0))), Indices{20});
  EXPECT_EQ(indices(find_change_points(levels({{50, 0}}, 0))), Indices{});
}

TEST(ChangePoints, CopesWithZeroesAndNegativeValues) {
  const auto from_zero = find_change_points(levels({{20, 0}, {20, 8}}, 0));
  ASSERT_EQ(indices(from_zero), Indices{20});
  EXPECT_FALSE(from_zero[0].ratio);
  EXPECT_EQ(indices(find_change_points(levels({{20, -10}, {20, -13}}))), Indices{20});
}

/// Runs of values that measure the same thing, each `length` long.
std::vector<bool> alike_in_runs_of(std::size_t length, std::size_t size) {
  std::vector<bool> same_as_before(size);
  for (std::size_t i = 0; i < size; ++i) same_as_before[i] = i % length != 0;
  return same_as_before;
}

TEST(ChangePoints, NamesNoStepAmongValuesThatAreAlike) {
  const auto series = levels({{50, 100}, {50, 120}});
  ASSERT_EQ(indices(find_change_points(series)), Indices{50});
  EXPECT_EQ(indices(find_change_points(series, {}, alike_in_runs_of(100, 100))), Indices{}) << "no end to go to";
  EXPECT_EQ(indices(find_change_points(series, {}, alike_in_runs_of(20, 100))), Indices{}) << "10 values contradict";
  EXPECT_EQ(indices(find_change_points(series, {}, alike_in_runs_of(25, 100))), Indices{50});
  EXPECT_EQ(indices(find_change_points(series, {}, alike_in_runs_of(1, 100))), Indices{50});
}

TEST(ChangePoints, HoldsTheLevelsBesideAStepThatIsNoChangeApart) {
  auto alike = alike_in_runs_of(1, 120);
  for (std::size_t i = 30; i < 60; ++i) alike[i] = true;
  const auto changes = find_change_points(levels({{40, 100}, {40, 120}, {40, 150}}), {}, alike);
  ASSERT_EQ(indices(changes), Indices{80});
  EXPECT_NEAR(changes[0].before.median, 120, 1) << "not with the values of 100";
}

TEST(ChangePoints, TakesAStepToTheEndOfTheValuesThatAreAlike) {
  auto series = levels({{50, 100}, {50, 120}});
  series[48] = 119;
  series[49] = 121;
  ASSERT_EQ(indices(find_change_points(series)), Indices{48});
  std::vector<bool> alike = alike_in_runs_of(1, 100);
  for (std::size_t i = 46; i < 50; ++i) alike[i] = true;
  EXPECT_EQ(indices(find_change_points(series, {}, alike)), Indices{}) << "both ends are contradicted";
  auto noisy = levels({{50, 100}, {50, 120}}, 0.05);
  noisy[49] = 113;
  ASSERT_EQ(indices(find_change_points(noisy)), Indices{49});
  EXPECT_EQ(indices(find_change_points(noisy, {}, alike)), Indices{50});
}

TEST(ChangePoints, HasNothingToSayOfAFewValues) {
  EXPECT_TRUE(find_change_points({}).empty());
  EXPECT_TRUE(find_change_points(std::vector<double>{1, 1, 1, 1, 9, 9, 9, 9, 9}).empty());
}

TEST(ChangePoints, AnswersTheSameEachTime) {
  Random random(5);
  const auto series = noisy_series(random, kNoiseKinds[8], 0.1, 400);
  EXPECT_EQ(indices(find_change_points(series)), indices(find_change_points(series)));
}

TEST(ChangePoints, FindsHundredsOfLevels) {
  Random random(3);
  auto series = noisy_series(random, kNoiseKinds[0], 0.03, 10'000);
  for (std::size_t i = 0; i < series.size(); ++i) series[i] *= (i / 50) % 2 == 0 ? 1 : 1.3;
  EXPECT_GE(find_change_points(series).size(), 195U);
}

}  // namespace
}  // namespace hermetric
