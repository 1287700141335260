#include "reports/stats/rank_sum.hpp"

#include <boost/math/distributions/normal.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace hermetric {
namespace {

/// Additions that the exact distribution may take.
constexpr double kExactWork = 2e7;

/// Pairs of an old value and a new one above it; equal ones count half.
double pairs_above(std::span<const double> olds, std::span<const double> news) {
  std::vector<double> sorted(olds.begin(), olds.end());
  std::sort(sorted.begin(), sorted.end());
  double pairs = 0;
  for (const double value : news) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), value);
    pairs += static_cast<double>(first - sorted.begin()) + static_cast<double>(last - first) / 2;
  }
  return pairs;
}

/// P(pairs >= least), by counting the ways to place the new values among all: row[j][u] are the ways to place j of them
/// so that u pairs are above.
double exact_tail(std::size_t olds, std::size_t news, std::size_t least) {
  const std::size_t most = olds * news;
  std::vector<std::vector<double>> row(news + 1, std::vector<double>(most + 1, 0));
  row[0][0] = 1;
  for (std::size_t place = 0; place < olds + news; ++place)
    for (std::size_t j = std::min(news, place + 1); j >= 1; --j) {
      if (place + 1 - j > olds) continue;  // so many old ones do not exist
      const std::size_t below = place + 1 - j;
      for (std::size_t u = most; u >= below && u != SIZE_MAX; --u) row[j][u] += row[j - 1][u - below];
    }
  double all = 0, tail = 0;
  for (std::size_t u = 0; u <= most; ++u) {
    all += row[news][u];
    if (u >= least) tail += row[news][u];
  }
  return tail / all;
}

}  // namespace

double rank_sum_probability(std::span<const double> olds, std::span<const double> news) {
  if (olds.empty() || news.empty()) return 1;
  const auto n = static_cast<double>(olds.size()), k = static_cast<double>(news.size());
  const double pairs = std::floor(pairs_above(olds, news));
  if ((n + k) * k * n * k <= kExactWork) return exact_tail(olds.size(), news.size(), static_cast<std::size_t>(pairs));
  const double deviation = std::sqrt(n * k * (n + k + 1) / 12);
  return boost::math::cdf(boost::math::complement(boost::math::normal(), (pairs - 0.5 - n * k / 2) / deviation));
}

double smallest_rank_sum_probability(std::size_t olds, std::size_t news) {
  double probability = 1;  // 1 / (olds + news choose news)
  for (std::size_t i = 1; i <= news; ++i) probability *= static_cast<double>(i) / static_cast<double>(olds + i);
  return probability;
}

}  // namespace hermetric
