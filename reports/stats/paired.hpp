#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/stats/margins.hpp"

namespace hermetric {

/// One metric of two versions: a[i] and b[i] were measured in the same round, after one another. Not negative.
struct PairedSample {
  std::string name;
  std::vector<double> a, b;
  Margin margin;
  bool bigger_is_better = false;  ///< a larger b is an improvement then
  std::size_t repeats = 1;        ///< measurements that each value of a is the median of; of a level only
};

enum class Verdict { kRegressed, kImproved, kSame, kInconclusive };

inline constexpr std::array<std::string_view, 4> kVerdictNames = {"regressed", "improved", "same", "inconclusive"};
constexpr std::string_view name_of(Verdict verdict) { return kVerdictNames[static_cast<std::size_t>(verdict)]; }

struct PairedComparison {
  std::string name;
  double a = 0, b = 0;  ///< medians
  double ratio = 1;     ///< median of b/a over the rounds; infinite where a is zero in most
  std::optional<double> ratio_low = {}, ratio_high = {};  ///< 95 % interval of it; nothing below 6 rounds
  Verdict verdict = Verdict::kInconclusive;
  std::size_t rounds = 0;
  std::optional<std::uint64_t> rounds_needed =
      {};  ///< for a verdict; `rounds` where there is one, nothing: out of reach
  Margin margin = {};
  std::vector<std::string> warnings = {};  ///< drift, two humps: whole sentences
};

struct PairedOptions {
  double confidence = 0.95;      ///< of the interval of each ratio
  double false_verdicts = 0.01;  ///< probability that any metric of equal versions is called regressed or improved
};

/// Compares by the rounds' ln(b/a): only their median counts, and only signs decide, so neither skew nor outliers nor a
/// machine that gets slower from round to round matter. The interval is exact (medians.hpp).
///
/// Verdicts, m being the metric's margin:
/// - regressed, improved: the sign test says that more than half of all rounds lie beyond m, with a two-sided
///   probability of error of `false_verdicts` over all metrics (Holm, among those in which enough rounds lie beyond m
///   on either side). That is stricter than an interval of 95 % outside the margin: at 95 % one of twenty comparisons
///   of equal but noisy versions would fail.
/// - same: the interval lies within the margin.
/// - inconclusive: neither; more rounds narrow it.
/// Where the ratios of successive rounds are alike beyond chance, they are worth fewer rounds, and the interval is
/// wider.
std::vector<PairedComparison> compare_paired(std::span<const PairedSample> samples, const PairedOptions& options = {});

/// Fewest rounds that can call one of `metrics` compared together regressed or improved, even if all of them vary by
/// more than their margins: all lie on one side.
std::size_t fewest_rounds(std::size_t metrics, const PairedOptions& options = {});

}  // namespace hermetric
