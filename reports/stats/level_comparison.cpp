#include "reports/stats/level_comparison.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>

#include "reports/stats/holm.hpp"
#include "reports/stats/medians.hpp"
#include "reports/stats/rank_sum.hpp"

namespace hermetric {
namespace {

/// Values per value that the median and its deviation are worth, of normal ones: 2/pi and 0.37.
constexpr double kMedianWorth = 0.6366;
constexpr double kDeviationWorth = 0.37;
constexpr double kSmallestFloor = 1e-12;

double worth_of(double count) { return count < 3 ? count : count * kMedianWorth; }

std::vector<double> logarithms(const std::vector<double>& values, double floor) {
  std::vector<double> logs;
  for (const double value : values) logs.push_back(std::log(std::max({value, floor, kSmallestFloor})));
  return logs;
}

/// One metric: how far apart, and how sure that is.
class Difference {
 public:
  explicit Difference(const PairedSample& sample) : edge_(std::log1p(sample.margin.relative)) {
    enough_ = sample.a.size() >= kFewestOfLevel && !sample.b.empty();
    if (!enough_) return;
    std::vector<double> level = logarithms(sample.a, sample.margin.absolute);
    std::vector<double> news = logarithms(sample.b, sample.margin.absolute);
    const double middle = median(level);
    distance_ = median(news) - middle;
    rank_probability_ = rank_probability(level, news);
    old_size_ = level.size();
    for (double& value : level) value -= middle;
    const auto old_count = static_cast<double>(sample.a.size()), new_count = static_cast<double>(sample.b.size());
    // A median of as many repeats as the level's own scatters as they do.
    const double new_worth = std::max(1.0, worth_of(new_count) / worth_of(static_cast<double>(sample.repeats)));
    error_ = robust_deviation(level) * std::sqrt(1 / (old_count * kMedianWorth) + 1 / new_worth);
    degrees_ = std::max(1.0, (old_count - 1) * kDeviationWorth);
  }

  [[nodiscard]] bool enough() const { return enough_; }
  [[nodiscard]] double distance() const { return distance_; }

  /// Two-sided probability of values so far beyond the margin.
  [[nodiscard]] double probability() const { return std::max(t_probability(), rank_probability_); }

  /// How many new values would do at `level` if they were all like these; nothing where that is not to be expected.
  [[nodiscard]] std::optional<std::uint64_t> needed(double level) const {
    if (t_probability() > level) return std::nullopt;
    std::size_t news = 1;
    while (2 * smallest_rank_sum_probability(old_size_, news) > level) ++news;
    return news;
  }

  [[nodiscard]] double half_width(double confidence) const {
    return error_ * boost::math::quantile(boost::math::students_t(degrees_), (1 + confidence) / 2);
  }

  [[nodiscard]] bool is_same(double confidence) const {
    return enough_ && std::fabs(distance_) + half_width(confidence) <= edge_;
  }

 private:
  [[nodiscard]] double t_probability() const {
    const double beyond = std::fabs(distance_) - edge_;
    if (!enough_ || beyond <= 0) return 1;
    if (error_ == 0) return 0;
    return std::min(1.0,
                    2 * boost::math::cdf(boost::math::complement(boost::math::students_t(degrees_), beyond / error_)));
  }

  /// Of the new values, moved towards the level by the margin.
  [[nodiscard]] double rank_probability(std::vector<double> level, std::vector<double> news) const {
    for (double& value : news) value -= std::copysign(edge_, distance_);
    if (distance_ < 0) {
      for (double& value : level) value = -value;
      for (double& value : news) value = -value;
    }
    return std::min(1.0, 2 * rank_sum_probability(level, news));
  }

  double edge_, distance_ = 0, error_ = 0, degrees_ = 1, rank_probability_ = 1;
  std::size_t old_size_ = 0;
  bool enough_ = false;
};

PairedComparison describe(const PairedSample& sample, const Difference& difference, double confidence) {
  PairedComparison result;
  result.name = sample.name;
  result.margin = sample.margin;
  result.rounds = sample.b.size();
  if (!sample.a.empty()) result.a = median(sample.a);
  if (!sample.b.empty()) result.b = median(sample.b);
  if (!difference.enough()) return result;
  result.ratio = std::exp(difference.distance());
  result.ratio_low = std::exp(difference.distance() - difference.half_width(confidence));
  result.ratio_high = std::exp(difference.distance() + difference.half_width(confidence));
  return result;
}

}  // namespace

std::vector<PairedComparison> compare_with_levels(std::span<const PairedSample> samples, const PairedOptions& options) {
  std::vector<Difference> differences;
  std::vector<double> probabilities;
  for (const PairedSample& sample : samples) {
    differences.emplace_back(sample);
    probabilities.push_back(differences.back().probability());
  }
  const std::vector<bool> differs = holm(probabilities, options.false_verdicts);
  std::vector<PairedComparison> results;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    results.push_back(describe(samples[i], differences[i], options.confidence));
    if (differs[i]) {
      const bool is_worse = (differences[i].distance() > 0) != samples[i].bigger_is_better;
      results.back().verdict = is_worse ? Verdict::kRegressed : Verdict::kImproved;
    } else if (differences[i].is_same(options.confidence)) {
      results.back().verdict = Verdict::kSame;
    } else {
      results.back().rounds_needed =
          differences[i].needed(options.false_verdicts / static_cast<double>(samples.size()));
    }
  }
  return results;
}

}  // namespace hermetric
