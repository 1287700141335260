#include "reports/stats/change_points.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "reports/stats/series_noise.hpp"
#include "reports/stats/split_scan.hpp"
#include "reports/stats/wander.hpp"

namespace hermetric {
namespace {

/// Steps found with what earlier ones left as noise; more rounds change nothing in simulation.
constexpr int kRounds = 3;
/// Significance of the steps taken out before the noise is measured. Simulated (up and down again within 100 values):
/// 0.0001 finds 0.1 of what 0.01 finds, and no value up to 0.01 changes the false alarms by more than 0.003.
constexpr double kProvisional = 0.01;
/// The same without correlated noise. Of two steps of 8 % and 3 % within 30 values with 0.5 % of noise, this finds
/// 0.86, 1e-6 0.73, none 0.46 (noise without humps); a strongly correlated series gives 0.07, 0.05 and 0.04 false
/// alarms.
constexpr double kProvisionalWhite = 1e-5;
/// A step must explain the series so much better than a wander does (gain_of_step), in as many values on either side
/// as tell. Simulated: without, slowly wandering noise gives 0.19 false alarms, with 10.5 0.12, with this 0.10; but 12
/// costs a tenth of the recall of steps of 10 %.
constexpr double kGainOverWander = 11.25;
constexpr std::size_t kReachOfWander = 200;
/// Where else a step may lie: the places that lose no more of twice the logarithmic likelihood hold it with 95 %
/// (Hansen 2000, Sample splitting and threshold estimation: -2 ln(1 - sqrt(0.95))).
constexpr double kLossOfPlace = 7.35;

/// The series on a scale where a difference of d is a change by the factor e^d, or by d of its usual size.
std::vector<double> on_relative_scale(std::span<const double> series) {
  std::vector<double> scaled(series.begin(), series.end());
  if (std::all_of(series.begin(), series.end(), [](double value) { return value > 0; })) {
    for (double& value : scaled) value = std::log(value);
    return scaled;
  }
  for (double& value : scaled) value = std::fabs(value);
  double usual = median(scaled);
  if (usual == 0) usual = *std::max_element(scaled.begin(), scaled.end());
  for (std::size_t i = 0; i < series.size(); ++i) scaled[i] = usual > 0 ? series[i] / usual : 0;
  return scaled;
}

std::vector<std::size_t> bounds_of(const std::vector<std::size_t>& steps, std::size_t size) {
  std::vector<std::size_t> bounds = {0};
  bounds.insert(bounds.end(), steps.begin(), steps.end());
  bounds.push_back(size);
  return bounds;
}

double median_of(std::span<const double> values) { return median({values.begin(), values.end()}); }

/// One series under analysis.
class Analysis {
 public:
  Analysis(std::span<const double> scaled, const ChangePointOptions& options)
      : scaled_(scaled), options_(options), drawn_in_(draw_outliers_in(scaled)), scan_(drawn_in_) {}

  /// Bounds of the levels: 0, the change points, size.
  std::vector<std::size_t> levels() {
    std::vector<std::size_t> bounds = provisional_levels();
    std::vector<std::size_t> found;
    for (int round = 0; round < kRounds; ++round) {
      inflation_ = VarianceInflation(size(), estimate_autocorrelation(drawn_in_, bounds));
      found = settle(bounds_of(scan_.find_steps(options_.significance, inflation_), size()));
      if (found == bounds || found.size() <= 3) break;
      bounds = found;
    }
    return found;
  }

  [[nodiscard]] double probability(const std::vector<std::size_t>& bounds, std::size_t at) const {
    return scan_.best_split(bounds[at - 1], bounds[at + 1], inflation_).probability;
  }

  /// Moves a bound to that end of the values around it that are alike where it may as well lie. False: it may at none.
  bool move_to_an_end(std::vector<std::size_t>& bounds, std::size_t at, const std::vector<bool>& same_as_before) const {
    std::size_t first = bounds[at], last = bounds[at];
    while (first > bounds[at - 1] && same_as_before[first]) --first;
    while (last < bounds[at + 1] && same_as_before[last]) ++last;
    const double at_first = loss_at(bounds, at, first), at_last = loss_at(bounds, at, last);
    if (std::min(at_first, at_last) > kLossOfPlace) return false;
    bounds[at] = at_first <= at_last ? first : last;
    return !is_small(bounds, at);
  }

 private:
  /// Infinite where a level would be too short.
  [[nodiscard]] double loss_at(const std::vector<std::size_t>& bounds, std::size_t at, std::size_t index) const {
    if (index < bounds[at - 1] + kShortestLevel || index + kShortestLevel > bounds[at + 1])
      return std::numeric_limits<double>::infinity();
    return scan_.loss_at(bounds[at - 1], bounds[at], bounds[at + 1], index, inflation_);
  }

  [[nodiscard]] std::size_t size() const { return scaled_.size(); }

  /// What to take out before the noise is measured: several steps, or the one best cut where several are not found.
  [[nodiscard]] std::vector<std::size_t> provisional_levels() const {
    Autocorrelation coarse = autocorrelation_of_differences(drawn_in_);
    coarse.decay = coarse.first;  // levels that come and go look like a wander
    // In a short series with several steps these look like correlation: then those that white noise never has count.
    const std::vector<std::size_t> steps = scan_.find_steps(kProvisional, VarianceInflation(size(), coarse));
    const std::vector<std::size_t> others = scan_.find_steps(kProvisionalWhite, VarianceInflation(size(), {}));
    const std::vector<std::size_t>& more = others.size() > steps.size() ? others : steps;
    if (more.size() > 1) return bounds_of(more, size());
    const Split split = scan_.best_split(0, size(), VarianceInflation(size(), {}));
    return split.index == 0 ? bounds_of({}, size()) : bounds_of({split.index}, size());
  }

  /// Moves each change to its best place between its neighbours and drops the least significant until all hold.
  std::vector<std::size_t> settle(std::vector<std::size_t> bounds) const {
    for (std::size_t left = 2 * bounds.size() + 20; left > 0 && bounds.size() > 2; --left) {
      bool changed = false;
      double worst = 0;
      std::size_t worst_at = 0;
      for (std::size_t at = 1; at + 1 < bounds.size(); ++at) {
        const Split split = scan_.best_split(bounds[at - 1], bounds[at + 1], inflation_);
        if (split.index != 0 && split.index != bounds[at]) {
          bounds[at] = split.index;
          changed = true;
        }
        const double objection = objection_to(split, bounds, at);
        if (objection > worst) {
          worst = objection;
          worst_at = at;
        }
      }
      if (worst_at != 0) bounds.erase(bounds.begin() + static_cast<std::ptrdiff_t>(worst_at));
      if (!changed && worst_at == 0) break;
    }
    return bounds;
  }

  /// 0: none. What is not significant goes before what a wander explains, and that before what is too small.
  [[nodiscard]] double objection_to(const Split& split, const std::vector<std::size_t>& bounds, std::size_t at) const {
    if (split.index == 0 || split.probability > options_.significance) return 1 + split.probability;
    if (is_wander(bounds[at - 1], split.index, bounds[at + 1])) return 0.7;
    return is_small(bounds, at) ? 0.5 : 0;
  }

  [[nodiscard]] bool is_small(const std::vector<std::size_t>& bounds, std::size_t at) const {
    const double before = median_of(scaled_.subspan(bounds[at - 1], bounds[at] - bounds[at - 1]));
    const double after = median_of(scaled_.subspan(bounds[at], bounds[at + 1] - bounds[at]));
    return std::fabs(after - before) < std::log1p(options_.smallest_change);
  }

  [[nodiscard]] bool is_wander(std::size_t begin, std::size_t at, std::size_t end) const {
    begin = std::max(begin + kReachOfWander, at) - kReachOfWander;
    end = std::min(end, at + kReachOfWander);
    const auto [known, is_new] = wanders_.try_emplace({begin, at, end}, false);
    if (is_new)
      known->second = gain_of_step(std::span(drawn_in_).subspan(begin, end - begin), at - begin) < kGainOverWander;
    return known->second;
  }

  std::span<const double> scaled_;
  ChangePointOptions options_;
  std::vector<double> drawn_in_;
  SplitScan scan_;
  VarianceInflation inflation_{0, {}};
  /// What is_wander() has said: settling asks again and again.
  mutable std::map<std::array<std::size_t, 3>, bool> wanders_;
};

Level level_of(std::span<const double> values) {
  const std::vector<double> copy(values.begin(), values.end());
  return {median(copy), median_interval(copy, 0.95)};
}

ChangePoint change_at(std::span<const double> series, const std::vector<std::size_t>& bounds, std::size_t at) {
  ChangePoint change;
  change.index = bounds[at];
  change.before = level_of(series.subspan(bounds[at - 1], bounds[at] - bounds[at - 1]));
  change.after = level_of(series.subspan(bounds[at], bounds[at + 1] - bounds[at]));
  if (change.before.median != 0) change.ratio = change.after.median / change.before.median;
  return change;
}

}  // namespace

std::vector<ChangePoint> find_change_points(std::span<const double> series, const ChangePointOptions& options,
                                            const std::vector<bool>& same_as_before) {
  if (series.size() < 2 * kShortestLevel) return {};
  const std::vector<double> scaled = on_relative_scale(series);
  Analysis analysis(scaled, options);
  // A step that is no change still ends a level, so it stays a bound.
  std::vector<std::size_t> bounds = analysis.levels();
  std::vector<std::optional<double>> confidence(bounds.size());
  for (std::size_t at = 1; at + 1 < bounds.size(); ++at) {
    confidence[at] = 1 - analysis.probability(bounds, at);
    const bool is_alike = !same_as_before.empty() && same_as_before[bounds[at]];
    if (is_alike && !analysis.move_to_an_end(bounds, at, same_as_before)) confidence[at].reset();
  }
  std::vector<ChangePoint> changes;
  for (std::size_t at = 1; at + 1 < bounds.size(); ++at) {
    if (!confidence[at]) continue;
    changes.push_back(change_at(series, bounds, at));
    changes.back().confidence = *confidence[at];
  }
  return changes;
}

}  // namespace hermetric
