#include "reports/stats/split_scan.hpp"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>

namespace hermetric {
namespace {

/// Places and intervals that could have been picked, per independent value of the series: with 2, white noise of 100
/// values gives fewer false alarms than the level says at every level from 0.001 to 0.1. Neighbours that are alike are
/// fewer places to pick from; counting them all, simulated at a correlation of 0.7, a third of the recall is lost.
constexpr double kChoicesPerValue = 2;
/// A step of a series without any noise.
constexpr double kCertain = 1e9;

double two_sided(double statistic, double degrees_of_freedom) {
  if (statistic >= kCertain) return 0;
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(degrees_of_freedom), statistic));
}

}  // namespace

double SplitScan::choices(const VarianceInflation& inflation) const {
  return kChoicesPerValue * static_cast<double>(size()) / inflation.of(size());
}

SplitScan::SplitScan(std::span<const double> series) : sums_(1, 0), squares_(1, 0) {
  // Relative to the first value, so that squares do not drown the variance of a series far from zero.
  for (const double value : series) {
    const double offset = value - series.front();
    sums_.push_back(sums_.back() + offset);
    squares_.push_back(squares_.back() + offset * offset);
  }
}

double SplitScan::square_statistic(std::size_t begin, std::size_t index, std::size_t end,
                                   const VarianceInflation& inflation) const {
  const auto before = static_cast<double>(index - begin), after = static_cast<double>(end - index);
  const double sum_before = sums_[index] - sums_[begin], sum_after = sums_[end] - sums_[index];
  const double mean_before = sum_before / before, mean_after = sum_after / after;
  const double squares = squares_[end] - squares_[begin];
  const double left_over = squares - sum_before * mean_before - sum_after * mean_after;
  // What subtraction leaves of equal values is rounding, not variance.
  const double within = left_over > 1e-12 * squares ? left_over : 0;
  const double inflation_before = inflation.of(index - begin), inflation_after = inflation.of(end - index);
  const double degrees = std::max(1.0, before - inflation_before + after - inflation_after);
  const double variance = within / degrees * (inflation_before / before + inflation_after / after);
  const double difference = mean_after - mean_before;
  if (difference == 0) return 0;
  return variance > 0 ? std::min(kCertain * kCertain, difference * difference / variance) : kCertain * kCertain;
}

Split SplitScan::best_cut(std::size_t begin, std::size_t end, const VarianceInflation& inflation) const {
  Split best{begin, end};
  double best_square = 0;
  for (std::size_t index = begin + kShortestLevel; index + kShortestLevel <= end; ++index) {
    const double square = square_statistic(begin, index, end, inflation);
    if (square <= best_square) continue;
    best_square = square;
    best.index = index;
  }
  best.statistic = std::sqrt(best_square);
  return best;
}

double SplitScan::probability_of(const Split& split, const VarianceInflation& inflation) const {
  if (split.index == 0) return 1;
  const std::size_t before = split.index - split.begin, after = split.end - split.index;
  const double degrees =
      std::max(1.0, static_cast<double>(before + after) - inflation.of(before) - inflation.of(after));
  return std::min(1.0, choices(inflation) * two_sided(split.statistic, degrees));
}

Split SplitScan::best_split(std::size_t begin, std::size_t end, const VarianceInflation& inflation) const {
  Split split = best_cut(begin, end, inflation);
  split.probability = probability_of(split, inflation);
  return split;
}

double SplitScan::loss_at(std::size_t begin, std::size_t best, std::size_t end, std::size_t index,
                          const VarianceInflation& inflation) const {
  const double worth = static_cast<double>(end - begin) / inflation.of(end - begin);
  // Of n values a step with statistic t leaves 1 / (1 + t^2 / n) of the squares.
  const auto gained_at = [&](std::size_t at) {
    return worth * std::log1p(square_statistic(begin, at, end, inflation) / worth);
  };
  return gained_at(best) - gained_at(index);
}

std::vector<std::size_t> SplitScan::find_steps(double level, const VarianceInflation& inflation) const {
  // Student's t has heavier tails than the normal: below its quantile nothing is significant.
  const double tail = std::min(0.5, level / choices(inflation) / 2);
  const double least = boost::math::quantile(boost::math::complement(boost::math::normal(), tail));
  std::vector<Split> candidates;
  const std::size_t n = size();
  // Each window is a half of the one before the last: n, n/sqrt(2), n/2, ...
  for (int halvings = 0;; ++halvings) {
    const double length = static_cast<double>(n) * std::pow(2.0, -0.5 * halvings);
    if (length < 2 * kShortestLevel) break;
    const auto width = static_cast<std::size_t>(std::ceil(length));
    for (std::size_t begin = 0;; begin += std::max<std::size_t>(1, width / 4)) {
      const std::size_t end = std::min(n, begin + width);
      Split split = best_cut(end - width, end, inflation);
      if (split.statistic >= least) {
        split.probability = probability_of(split, inflation);
        if (split.probability <= level) candidates.push_back(split);
      }
      if (end == n) break;
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const Split& a, const Split& b) {
    return a.probability != b.probability ? a.probability < b.probability : a.statistic > b.statistic;
  });
  std::vector<std::size_t> steps;  // kept in order
  for (const Split& split : candidates) {
    const auto next = std::upper_bound(steps.begin(), steps.end(), split.begin);
    if (next == steps.end() || *next >= split.end) steps.insert(next, split.index);
  }
  return steps;
}

}  // namespace hermetric
