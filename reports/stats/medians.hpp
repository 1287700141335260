#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace hermetric {

/// Median of `values`, the mean of the two middle ones where their number is even. `values` must not be empty.
double median(std::vector<double> values);

/// 1.4826 x the median of |value|: the standard deviation of normal values around zero, whatever a minority of them
/// does. Where more than half are zero, 1.2533 x their mean instead. Zero for no values.
double robust_deviation(std::span<const double> residuals);

/// P(X <= k) for X ~ Binomial(n, 1/2).
double sign_test_tail(std::size_t n, std::ptrdiff_t k);

/// The interval between two of the sorted values that holds the median with at least `confidence`, whatever the
/// distribution (the sign test inverted): values are independent, need be neither normal nor alike.
struct MedianInterval {
  double low = 0, high = 0;
};

/// Nothing where even the smallest and the largest value do not reach `confidence`: 95 % takes 6 values.
/// `widening` >= 1 moves both ranks outwards by that factor, for values that are not quite independent.
std::optional<MedianInterval> median_interval(std::vector<double> values, double confidence, double widening = 1);

}  // namespace hermetric
