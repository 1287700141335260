#include "reports/stats/wander.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "reports/stats/testing/noise.hpp"

namespace hermetric {
namespace {

std::vector<double> noise(std::uint64_t seed, double correlation, std::size_t count) {
  Random random(seed);
  std::vector<double> values;
  double state = 0;
  for (std::size_t i = 0; i < count; ++i) {
    state = correlation * state + std::sqrt(1 - correlation * correlation) * draw(random, Tail::kNormal);
    values.push_back(state);
  }
  return values;
}

double gain(std::vector<double> values, std::size_t at, double step) {
  for (std::size_t i = at; i < values.size(); ++i) values[i] += step;
  return gain_of_step(values, at);
}

TEST(Wander, AStepInWhiteNoiseIsNone) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    EXPECT_GT(gain(noise(seed, 0, 60), 30, 3), 15) << seed;
    EXPECT_LT(gain(noise(seed, 0, 60), 30, 0), 8) << seed;
  }
}

TEST(Wander, ExplainsWhatLooksLikeASmallStep) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    EXPECT_LT(gain(noise(seed, 0.96, 100), 50, 0), 11) << seed;
    EXPECT_GT(gain(noise(seed, 0.96, 100), 50, 5), 20) << "but not a sharp one";
  }
}

TEST(Wander, DoesNotDependOnScaleOrPlace) {
  std::vector<double> values = noise(5, 0.5, 40);
  const double plain = gain(values, 15, 2);
  for (double& value : values) value = 1e3 + 7 * value;
  EXPECT_NEAR(gain(values, 15, 14), plain, 1e-6 * plain);
}

TEST(Wander, AStepBetweenEqualValuesIsCertain) {
  EXPECT_GT(gain(std::vector<double>(10, 5), 5, 1), 100);
  EXPECT_EQ(gain(std::vector<double>(10, 5), 5, 0), 0);
}

}  // namespace
}  // namespace hermetric
