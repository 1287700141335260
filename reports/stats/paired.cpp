#include "reports/stats/paired.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "reports/stats/holm.hpp"
#include "reports/stats/medians.hpp"
#include "reports/stats/sample_shape.hpp"
#include "reports/stats/series_noise.hpp"

namespace hermetric {
namespace {

constexpr double kOutOfReach = 1e7;
/// Standard errors at which rounds are taken to be alike. One independent sample of 6 is, and its interval gets wider
/// by a third; simulated at AR(0.4), 1.645 leaves a coverage of 0.928 and this 0.949.
constexpr double kAlikeErrors = 1;
constexpr std::size_t kFewestForAlike = 10;

double log_ratio(double a, double b) {
  if (a == b) return 0;
  if (a == 0) return std::numeric_limits<double>::infinity();
  if (b == 0) return -std::numeric_limits<double>::infinity();
  return std::log(b / a);
}

/// By how much the interval of a median widens because successive rounds lie on the same side of it.
double widening_of(std::span<const double> ratios) {
  const std::size_t n = ratios.size();
  if (n < kFewestForAlike) return 1;
  const double middle = median({ratios.begin(), ratios.end()});
  std::vector<double> sides;
  for (const double ratio : ratios) sides.push_back(ratio > middle ? 1 : ratio < middle ? -1 : 0);
  double product = 0, square = 0;
  for (std::size_t i = 0; i < n; ++i) {
    square += sides[i] * sides[i];
    if (i > 0) product += sides[i] * sides[i - 1];
  }
  if (product <= 0 || product / square * std::sqrt(static_cast<double>(n)) < kAlikeErrors) return 1;
  const std::vector<std::size_t> whole = {0, n};
  return std::sqrt(VarianceInflation(n, estimate_autocorrelation(sides, whole)).of(n));
}

/// The rounds of one metric, as the tests want them.
class Rounds {
 public:
  explicit Rounds(const PairedSample& sample) : sample_(sample), edge_(std::log1p(sample.margin.relative)) {
    for (std::size_t i = 0; i < sample.a.size(); ++i) {
      ratios_.push_back(log_ratio(sample.a[i], sample.b[i]));
      const bool matters = std::fabs(sample.b[i] - sample.a[i]) > sample.margin.absolute;
      judged_.push_back(matters ? ratios_.back() : 0);
    }
    widening_ = widening_of(ratios_);
    const double middle = judged_.empty() ? 0 : median(judged_);
    for (const double ratio : judged_)
      apart_.push_back(std::isfinite(ratio) && std::isfinite(middle) ? middle + widening_ * (ratio - middle) : ratio);
  }

  /// Two-sided probability of so many rounds beyond the margin, on the side where there are more.
  [[nodiscard]] double probability() const { return std::min(1.0, 2 * std::min(tail(true), tail(false))); }
  /// The smallest that it could be: all rounds beyond the margin on one side. Does not depend on the sides.
  [[nodiscard]] double least_probability() const { return std::min(1.0, 2 * tail_of(beyond(true) + beyond(false))); }
  [[nodiscard]] bool is_worse() const { return tail(true) < tail(false); }

  [[nodiscard]] bool is_same(double confidence) const {
    const auto interval = median_interval(judged_, confidence, widening_);
    return interval && interval->low >= -edge_ && interval->high <= edge_;
  }

  /// `fewest`: see fewest_rounds().
  [[nodiscard]] std::optional<std::uint64_t> needed(const PairedOptions& options, std::size_t fewest) const;
  [[nodiscard]] PairedComparison describe(const PairedOptions& options) const;

 private:
  [[nodiscard]] std::size_t size() const { return ratios_.size(); }
  [[nodiscard]] std::size_t beyond(bool worse) const;
  [[nodiscard]] double tail_of(std::size_t rounds) const;
  [[nodiscard]] double tail(bool worse) const { return tail_of(beyond(worse)); }
  [[nodiscard]] double half_width(double confidence) const;
  [[nodiscard]] std::vector<std::string> warnings() const;

  const PairedSample& sample_;
  double edge_;
  std::vector<double> ratios_, judged_;
  /// As far from their median as unlike rounds would be: those of alike rounds lie closer together than the median of
  /// many of them would scatter.
  std::vector<double> apart_;
  double widening_ = 1;
};

std::size_t Rounds::beyond(bool worse) const {
  const auto is_beyond = [&](double ratio) { return worse ? ratio > edge_ : ratio < -edge_; };
  std::size_t count = 0;
  for (std::size_t i = 0; i < size(); ++i) count += is_beyond(judged_[i]) && is_beyond(apart_[i]) ? 1 : 0;
  return count;
}

/// One-sided probability of so many rounds on one side.
double Rounds::tail_of(std::size_t rounds) const {
  return sign_test_tail(size(), static_cast<std::ptrdiff_t>(size() - rounds));
}

double Rounds::half_width(double confidence) const {
  if (const auto interval = median_interval(judged_, confidence, widening_))
    return (interval->high - interval->low) / 2;
  const double middle = median(judged_);
  std::vector<double> residuals = judged_;
  for (double& residual : residuals) residual -= middle;
  // Standard error of the median of normal values; 1.96 for 95 %.
  return 1.96 * 1.2533 * robust_deviation(residuals) / std::sqrt(static_cast<double>(size()));
}

std::optional<std::uint64_t> Rounds::needed(const PairedOptions& options, std::size_t fewest) const {
  if (size() == 0) return fewest;
  const double distance = std::fabs(std::fabs(median(judged_)) - edge_);
  // A verdict of a difference takes 2.576 standard errors (1 %), one of sameness 1.96 (95 %).
  const double strictness = std::fabs(median(judged_)) > edge_ ? 2.576 / 1.96 : 1;
  const double width = half_width(options.confidence) * strictness;
  const auto n = static_cast<double>(size());
  const auto least = static_cast<double>(fewest);
  const double rounds = width == 0 ? least : std::ceil(n * (width / distance) * (width / distance));
  if (!(rounds <= kOutOfReach)) return std::nullopt;
  return static_cast<std::uint64_t>(std::max({least, rounds, n + 1}));
}

std::vector<std::string> Rounds::warnings() const {
  std::vector<std::string> found;
  std::vector<double> logs_a, logs_b, both;
  for (std::size_t i = 0; i < size(); ++i) {
    if (sample_.a[i] <= 0 || sample_.b[i] <= 0) return found;
    logs_a.push_back(std::log(sample_.a[i]));
    logs_b.push_back(std::log(sample_.b[i]));
    both.push_back((logs_a.back() + logs_b.back()) / 2);
  }
  if (const auto drift = drift_of(both); drift && std::fabs(*drift) >= sample_.margin.relative)
    found.push_back(
        fmt::format("both versions drifted by {:+.1f} % over the rounds; their ratio does not mind", 100 * *drift));
  if (const auto drift = drift_of(ratios_); drift && std::fabs(*drift) >= sample_.margin.relative)
    found.push_back(fmt::format("the ratio itself drifted by {:+.1f} % over the rounds", 100 * *drift));
  if (is_two_humped(logs_a)) found.emplace_back("the baseline's values fall into two groups");
  if (is_two_humped(logs_b)) found.emplace_back("the values compared with it fall into two groups");
  return found;
}

PairedComparison Rounds::describe(const PairedOptions& options) const {
  PairedComparison result;
  result.name = sample_.name;
  result.margin = sample_.margin;
  result.rounds = size();
  if (size() == 0) return result;
  result.a = median(sample_.a);
  result.b = median(sample_.b);
  result.ratio = std::exp(median(ratios_));
  if (const auto interval = median_interval(ratios_, options.confidence, widening_)) {
    result.ratio_low = std::exp(interval->low);
    result.ratio_high = std::exp(interval->high);
  }
  result.warnings = warnings();
  return result;
}

}  // namespace

std::vector<PairedComparison> compare_paired(std::span<const PairedSample> samples, const PairedOptions& options) {
  std::vector<Rounds> rounds;
  std::vector<double> probabilities, least;
  for (const PairedSample& sample : samples) {
    rounds.emplace_back(sample);
    probabilities.push_back(sample.a.empty() ? 1 : rounds.back().probability());
    least.push_back(sample.a.empty() ? 1 : rounds.back().least_probability());
  }
  const std::vector<bool> differs = holm(probabilities, least, options.false_verdicts);
  std::vector<PairedComparison> results;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    PairedComparison result = rounds[i].describe(options);
    if (differs[i]) {
      const bool is_worse = rounds[i].is_worse() != samples[i].bigger_is_better;
      result.verdict = is_worse ? Verdict::kRegressed : Verdict::kImproved;
    } else if (rounds[i].is_same(options.confidence)) {
      result.verdict = Verdict::kSame;
    }
    result.rounds_needed = result.verdict == Verdict::kInconclusive
                               ? rounds[i].needed(options, fewest_rounds(samples.size(), options))
                               : std::optional<std::uint64_t>(result.rounds);
    results.push_back(std::move(result));
  }
  return results;
}

std::size_t fewest_rounds(std::size_t metrics, const PairedOptions& options) {
  // Two-sided, and Holm's first step: 2^(1 - n) <= false_verdicts / metrics.
  const auto count = static_cast<double>(std::max<std::size_t>(metrics, 1));
  return static_cast<std::size_t>(std::ceil(1 - std::log2(options.false_verdicts / count)));
}

}  // namespace hermetric
