#include "reports/stats/sample_shape.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "reports/stats/medians.hpp"

namespace hermetric {
namespace {

constexpr double kDriftErrors = 3;
constexpr std::size_t kFewest = 12;
/// A cut through a normal sample leaves 2.7, through an even one 3.5; small samples scatter around that.
constexpr double kHumpDistance = 5;
constexpr double kHumpDistanceOfFew = 40;  ///< divided by the number of values, and added

/// Ranks from 0, ties sharing their mean.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<double>(begin + end - 1) / 2;
    begin = end;
  }
  return ranks;
}

double rank_correlation_with_time(std::span<const double> values) {
  const std::vector<double> ranks = ranks_of(values);
  const double middle = static_cast<double>(values.size() - 1) / 2;
  double product = 0, square = 0, time = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const double offset = static_cast<double>(i) - middle;
    product += offset * (ranks[i] - middle);
    square += (ranks[i] - middle) * (ranks[i] - middle);
    time += offset * offset;
  }
  return square > 0 ? product / std::sqrt(square * time) : 0;
}

struct Moments {
  double count = 0, sum = 0, square = 0;
  void add(double value, double times = 1) {
    count += times;
    sum += times * value;
    square += times * value * value;
  }
  [[nodiscard]] double mean() const { return sum / count; }
  [[nodiscard]] double variance() const { return std::max(0.0, square / count - mean() * mean()); }
};

}  // namespace

std::optional<double> drift_of(std::span<const double> logarithms) {
  const std::size_t n = logarithms.size();
  if (n < kFewest) return std::nullopt;
  if (std::fabs(rank_correlation_with_time(logarithms)) * std::sqrt(static_cast<double>(n - 1)) < kDriftErrors)
    return std::nullopt;
  const auto first = logarithms.first(n / 3), last = logarithms.last(n / 3);
  return std::expm1(median({last.begin(), last.end()}) - median({first.begin(), first.end()}));
}

bool is_two_humped(std::span<const double> values) {
  const std::size_t n = values.size();
  if (n < kFewest) return false;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  if (!std::isfinite(sorted.front()) || !std::isfinite(sorted.back())) return false;
  const double middle = sorted[n / 2];
  Moments below, above;
  for (const double value : sorted) above.add(value - middle);
  const auto smallest = std::max<std::size_t>(3, (n * 15 + 99) / 100);
  double distance = 0, best_between = -1;
  for (std::size_t cut = 1; cut + smallest <= n; ++cut) {
    below.add(sorted[cut - 1] - middle);
    above.add(sorted[cut - 1] - middle, -1);
    if (cut < smallest) continue;
    const double gap = above.mean() - below.mean();
    const double between = below.count * above.count * gap * gap;
    if (between <= best_between) continue;
    best_between = between;
    const double deviation = std::sqrt((below.variance() + above.variance()) / 2);
    // Groups of two exact values are a matter of the clock's grain, unless they lie a fiftieth apart.
    distance = gap < 0.005 ? 0 : gap / std::max(deviation, gap / 1000);
  }
  return distance >= kHumpDistance + kHumpDistanceOfFew / static_cast<double>(n);
}

}  // namespace hermetric
