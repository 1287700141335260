#include "reports/stats/wander.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

namespace hermetric {
namespace {

/// Noise as the sum of a wander, AR(1) of `correlation`, and white noise: `part` of the variance is the wander's.
struct Noise {
  double correlation = 0, part = 0;
};

/// Finer ones find the same.
constexpr std::array<double, 4> kCorrelations = {0.4, 0.7, 0.9, 0.96};
constexpr std::array<double, 4> kParts = {0.1, 0.25, 0.5, 1};

/// Twice the logarithmic likelihood, but for a constant.
struct Likelihoods {
  double without = -std::numeric_limits<double>::infinity();
  double with = without;
};

/// Sums of products of what was not foreseen, each in units of its variance.
struct Products {
  double values = 0, values_mean = 0, values_step = 0, mean = 0, mean_step = 0, step = 0;

  void add(double value, double one, double stepped, double variance) {
    values += value * value / variance;
    values_mean += value * one / variance;
    values_step += value * stepped / variance;
    mean += one * one / variance;
    mean_step += one * stepped / variance;
    step += stepped * stepped / variance;
  }
  [[nodiscard]] double left_over_by_mean() const { return values - values_mean * values_mean / mean; }
  /// How much less a step leaves.
  [[nodiscard]] double taken_by_step() const {
    const double own = step - mean_step * mean_step / mean;
    const double shared = values_step - mean_step * values_mean / mean;
    return own > 0 ? shared * shared / own : 0;
  }
};

/// Kalman's filter over the values, over 1 and over the step at once: it is linear, so levels fitted to what it leaves
/// are those of generalized least squares. The scale of the noise is fitted as well.
Likelihoods likelihoods(std::span<const double> values, std::size_t at, const Noise& noise) {
  Products products;
  double value = 0, one = 0, stepped = 0;  // what the wander is foreseen to be in each
  double variance = noise.part, logarithms = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double whole = variance + 1 - noise.part, gain = variance / whole;
    const double new_value = values[i] - value, new_one = 1 - one, new_step = (i >= at ? 1 : 0) - stepped;
    products.add(new_value, new_one, new_step, whole);
    logarithms += std::log(whole);
    value = noise.correlation * (value + gain * new_value);
    one = noise.correlation * (one + gain * new_one);
    stepped = noise.correlation * (stepped + gain * new_step);
    variance = noise.part + noise.correlation * noise.correlation * (variance * (1 - gain) - noise.part);
  }
  const auto n = static_cast<double>(values.size());
  const double without = products.left_over_by_mean();
  // Rounding is no noise.
  const double with = std::max(without - products.taken_by_step(), 1e-12 * without);
  return {-n * std::log(without) - logarithms, -n * std::log(with) - logarithms};
}

}  // namespace

double gain_of_step(std::span<const double> values, std::size_t at) {
  if (std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end()) return 0;
  Likelihoods best = likelihoods(values, at, {});
  for (const double correlation : kCorrelations)
    for (const double part : kParts) {
      const Likelihoods these = likelihoods(values, at, {correlation, part});
      best.without = std::max(best.without, these.without);
      best.with = std::max(best.with, these.with);
    }
  return best.with - best.without;
}

}  // namespace hermetric
