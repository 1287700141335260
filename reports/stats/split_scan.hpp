#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "reports/stats/series_noise.hpp"

namespace hermetric {

/// Shortest level: fewer values than this are spikes, not a level, and their outliers are drawn in.
inline constexpr std::size_t kShortestLevel = 5;

/// The best place to cut [begin, end) into two levels.
struct Split {
  std::size_t begin = 0, end = 0;
  std::size_t index = 0;   ///< first of the second level; 0: too short to cut
  double statistic = 0;    ///< |difference of means| in its standard errors
  double probability = 1;  ///< of such a statistic anywhere in the series without a step, at most
};

/// Finds steps between levels of one series, outliers drawn in before.
class SplitScan {
 public:
  explicit SplitScan(std::span<const double> series);

  [[nodiscard]] std::size_t size() const { return sums_.size() - 1; }

  /// The cut of [begin, end) with the largest t statistic, each level at least kShortestLevel long. Variances with
  /// their degrees of freedom (ddof 1 a level), both inflated for correlated neighbours. The probability is that of
  /// Student's t times the places one may have picked from, so it holds for the best of them.
  [[nodiscard]] Split best_split(std::size_t begin, std::size_t end, const VarianceInflation& inflation) const;

  /// How much worse than a step at `best` one at `index` explains the values [begin, end): twice the difference of the
  /// logarithmic likelihoods.
  [[nodiscard]] double loss_at(std::size_t begin, std::size_t best, std::size_t end, std::size_t index,
                               const VarianceInflation& inflation) const;

  /// Steps at significance `level`, in order: the most significant of all intervals of a fixed system (lengths by a
  /// factor of sqrt 2, shifted by a quarter of it) first, then those whose interval does not hold one yet. Short
  /// intervals find a level between two others, which a cut of the whole misses.
  [[nodiscard]] std::vector<std::size_t> find_steps(double level, const VarianceInflation& inflation) const;

 private:
  [[nodiscard]] double choices(const VarianceInflation& inflation) const;
  [[nodiscard]] double square_statistic(std::size_t begin, std::size_t index, std::size_t end,
                                        const VarianceInflation& inflation) const;
  [[nodiscard]] Split best_cut(std::size_t begin, std::size_t end, const VarianceInflation& inflation) const;
  [[nodiscard]] double probability_of(const Split& split, const VarianceInflation& inflation) const;

  std::vector<double> sums_, squares_;  ///< of the first i values
};

}  // namespace hermetric
