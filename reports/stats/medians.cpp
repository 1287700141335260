#include "reports/stats/medians.hpp"

#include <boost/math/distributions/binomial.hpp>

#include <algorithm>
#include <cmath>

namespace hermetric {
namespace {

/// The largest k with P(Binomial(n, 1/2) < k) <= tail; 0: there is none.
std::size_t lower_rank(std::size_t n, double tail) {
  std::size_t low = 0, high = n / 2 + 1;
  while (high - low > 1) {
    const std::size_t middle = (low + high) / 2;
    (sign_test_tail(n, static_cast<std::ptrdiff_t>(middle) - 1) <= tail ? low : high) = middle;
  }
  return low;
}

}  // namespace

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  const double below = *std::max_element(values.begin(), middle);
  return below == *middle ? below : below + (*middle - below) / 2;
}

double robust_deviation(std::span<const double> residuals) {
  if (residuals.empty()) return 0;
  std::vector<double> sizes;
  sizes.reserve(residuals.size());
  double sum = 0;
  for (const double residual : residuals) {
    sizes.push_back(std::fabs(residual));
    sum += sizes.back();
  }
  const double mean = sum / static_cast<double>(sizes.size());
  const double middle = median(std::move(sizes));
  return middle > 0 ? 1.4826 * middle : 1.2533 * mean;
}

double sign_test_tail(std::size_t n, std::ptrdiff_t k) {
  if (k < 0) return 0;
  if (static_cast<std::size_t>(k) >= n) return 1;
  return boost::math::cdf(boost::math::binomial(static_cast<double>(n), 0.5), static_cast<double>(k));
}

std::optional<MedianInterval> median_interval(std::vector<double> values, double confidence, double widening) {
  const std::size_t n = values.size();
  std::size_t rank = lower_rank(n, (1 - confidence) / 2);
  if (rank == 0) return std::nullopt;
  const double centre = static_cast<double>(n + 1) / 2;
  const double widened = std::floor(centre - (centre - static_cast<double>(rank)) * widening);
  rank = widened < 1 ? 1 : static_cast<std::size_t>(widened);
  std::sort(values.begin(), values.end());
  return MedianInterval{values[rank - 1], values[n - rank]};
}

}  // namespace hermetric
