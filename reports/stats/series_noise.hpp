#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace hermetric {

/// The series with its outliers drawn in: each value at most kClip robust deviations from the median of its
/// neighbourhood, the nine values around it (at the ends the first or last nine). A level keeps its edges; what lasts
/// for four values or less does not stand out any more (Hampel's filter).
std::vector<double> draw_outliers_in(std::span<const double> series);

/// How alike neighbours are: the correlation at distance k is `first` x `decay`^(k-1). first = decay is AR(1); a slower
/// decay is a wander below white noise.
struct Autocorrelation {
  double first = 0, decay = 0;
};

/// Estimates it from what the levels between `bounds` (0, ..., series.size()) leave over. The bias of small samples is
/// corrected; negative correlation counts as none.
Autocorrelation estimate_autocorrelation(std::span<const double> series, std::span<const std::size_t> bounds);

/// The same from differences of neighbours: coarser, but a few steps between levels hardly touch it.
Autocorrelation autocorrelation_of_differences(std::span<const double> series);

/// How much larger the variance of a mean of m neighbours is than that of m independent values, for m = 1..length.
class VarianceInflation {
 public:
  VarianceInflation(std::size_t length, const Autocorrelation& correlation);
  [[nodiscard]] double of(std::size_t m) const { return factors_[m]; }

 private:
  std::vector<double> factors_;
};

}  // namespace hermetric
