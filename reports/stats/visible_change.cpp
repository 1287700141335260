#include "reports/stats/visible_change.hpp"

#include <cmath>
#include <numbers>
#include <vector>

#include "reports/stats/medians.hpp"

namespace hermetric {
namespace {

/// Standard errors at which compare_paired() gives a verdict at 30 rounds, by simulation (an error of 1 % would
/// be 2.58, but the steps of the sign test are wide), and those that make it so four times of five.
constexpr double kErrors = 3.09 + 0.84;
/// Standard error of a median beside that of a mean.
constexpr double kMedianError = 1.2533;

}  // namespace

double robust_variation(std::span<const double> values) {
  if (values.empty()) return 0;
  const double middle = median({values.begin(), values.end()});
  std::vector<double> residuals(values.begin(), values.end());
  for (double& residual : residuals) residual -= middle;
  return middle > 0 ? robust_deviation(residuals) / middle : 0;
}

double visible_change(double variation, std::size_t rounds) {
  // A ratio varies by both of its values.
  return kErrors * kMedianError * std::numbers::sqrt2 * variation / std::sqrt(static_cast<double>(rounds));
}

}  // namespace hermetric
