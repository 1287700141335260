#include "reports/stats/visible_change.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "reports/stats/paired.hpp"
#include "reports/stats/testing/noise.hpp"

namespace hermetric {
namespace {

TEST(VisibleChange, VariationIsThatOfMostValues) {
  std::vector<double> values;
  for (int i = 0; i < 101; ++i) values.push_back(90 + 0.2 * i);
  const double without = robust_variation(values);
  values[3] = 1e6;
  EXPECT_NEAR(robust_variation(values), without, 0.01);
  EXPECT_NEAR(without, 0.074, 0.001) << "1.4826 x a quarter of the range";
  EXPECT_EQ(robust_variation({}), 0);
  EXPECT_EQ(robust_variation(std::vector<double>(5, 7)), 0);
}

/// Says what compare_paired() does.
TEST(VisibleChange, IsMostlySeen) {
  constexpr double kVariation = 0.03;
  for (const std::size_t rounds : {30U, 60U}) {
    Random random(8);
    const double change = visible_change(kVariation, rounds);
    int seen = 0;
    for (int i = 0; i < 500; ++i) {
      PairedSample sample{"value", {}, {}, {0, 0}};
      for (std::size_t k = 0; k < rounds; ++k) {
        sample.a.push_back(100 * (1 + kVariation * draw(random, Tail::kNormal)));
        sample.b.push_back(100 * (1 + change) * (1 + kVariation * draw(random, Tail::kNormal)));
      }
      seen += compare_paired({&sample, 1}).front().verdict == Verdict::kRegressed;
    }
    EXPECT_GE(seen, 325) << rounds;
    EXPECT_LE(seen, 475) << rounds;
  }
}

}  // namespace
}  // namespace hermetric
