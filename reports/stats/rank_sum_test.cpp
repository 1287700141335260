#include "reports/stats/rank_sum.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "reports/stats/testing/noise.hpp"

namespace hermetric {
namespace {

double probability(const std::vector<double>& olds, const std::vector<double>& news) {
  return rank_sum_probability(olds, news);
}

TEST(RankSum, IsExactForAFewValues) {
  EXPECT_DOUBLE_EQ(probability({1, 2, 3}, {4}), 1.0 / 4);
  EXPECT_DOUBLE_EQ(probability({1, 2, 3}, {0}), 1);
  EXPECT_DOUBLE_EQ(probability({1, 2, 3}, {4, 5}), 1.0 / 10);
  EXPECT_DOUBLE_EQ(probability({1, 2, 4}, {3, 5}), 2.0 / 10);
  EXPECT_DOUBLE_EQ(probability({1, 2, 3, 4}, {5, 6, 7}), 1.0 / 35);
  EXPECT_EQ(probability({}, {1}), 1);
}

TEST(RankSum, TakesEqualValuesForNoDifference) {
  EXPECT_GE(probability(std::vector<double>(9, 5), {5}), 0.5);
  EXPECT_GE(probability(std::vector<double>(9, 5), {5, 5, 5}), 0.5);
}

TEST(RankSum, IsMovedLittleByOneSpike) {
  std::vector<double> olds;
  for (int i = 0; i < 30; ++i) olds.push_back(i % 10);
  EXPECT_GT(probability(olds, {4.5, 5.5, 1000}), 0.1);
  EXPECT_LT(probability(olds, {10, 11, 12}), 0.001);
}

TEST(RankSum, ApproximatesWhatItCannotCount) {
  std::vector<double> olds, news;
  for (int i = 0; i < 2000; ++i) olds.push_back(i);
  for (int i = 0; i < 20; ++i) news.push_back(500 + 50 * i);
  EXPECT_NEAR(probability(olds, news), 0.5, 0.2);
  for (double& value : news) value += 1500;
  EXPECT_LT(probability(olds, news), 1e-9);
}

TEST(RankSum, KnowsHowSmallItCanGet) {
  EXPECT_DOUBLE_EQ(smallest_rank_sum_probability(3, 2), 0.1);
  EXPECT_DOUBLE_EQ(smallest_rank_sum_probability(99, 1), 0.01);
}

}  // namespace
}  // namespace hermetric
