#include "reports/stats/medians.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace hermetric {
namespace {

std::vector<double> one_to(std::size_t n) {
  std::vector<double> values;
  for (std::size_t i = n; i > 0; --i) values.push_back(static_cast<double>(i));
  return values;
}

TEST(Medians, AreTheMiddleOrTheMeanOfTheMiddle) {
  EXPECT_EQ(median({3}), 3);
  EXPECT_EQ(median({9, 1, 5}), 5);
  EXPECT_EQ(median({9, 1, 5, 7}), 6);
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(median({infinity, infinity, 1}), infinity);
  EXPECT_EQ(median({infinity, infinity}), infinity);
}

// Ranks from the tables of the sign test: n -> rank of the lower end at 95 %.
TEST(MedianInterval, TakesTheRanksOfTheSignTest) {
  const std::vector<std::pair<std::size_t, double>> table = {{6, 1},   {8, 1},   {9, 2},   {10, 2},  {12, 3},
                                                             {15, 4},  {20, 6},  {25, 8},  {30, 10}, {40, 14},
                                                             {50, 18}, {60, 22}, {100, 40}};
  for (const auto& [n, rank] : table) {
    const auto interval = median_interval(one_to(n), 0.95);
    ASSERT_TRUE(interval) << n;
    EXPECT_EQ(interval->low, rank) << n;
    EXPECT_EQ(interval->high, static_cast<double>(n) + 1 - rank) << n;
  }
}

TEST(MedianInterval, DoesNotExistForTooFewValues) {
  EXPECT_FALSE(median_interval({}, 0.95));
  EXPECT_FALSE(median_interval(one_to(5), 0.95));
  EXPECT_FALSE(median_interval(one_to(7), 0.99));
  EXPECT_TRUE(median_interval(one_to(8), 0.99));
}

TEST(MedianInterval, WidensUpToTheExtremes) {
  EXPECT_EQ(median_interval(one_to(100), 0.95, 2)->low, 29);
  EXPECT_EQ(median_interval(one_to(100), 0.95, 2)->high, 72);
  EXPECT_EQ(median_interval(one_to(100), 0.95, 50)->low, 1);
}

TEST(RobustDeviation, IsTheStandardDeviationOfNormalValues) {
  EXPECT_EQ(robust_deviation({}), 0);
  EXPECT_NEAR(robust_deviation(std::vector<double>{-1, 1, -1, 1, 500}), 1.4826, 1e-12);
  EXPECT_NEAR(robust_deviation(std::vector<double>{0, 0, 0, 4}), 1.2533, 1e-12);
}

}  // namespace
}  // namespace hermetric
