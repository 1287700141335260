// Coverage of the intervals and false verdicts of paired comparisons, over skewed and drifting samples.

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <numbers>

#include "reports/stats/paired.hpp"
#include "reports/stats/sample_shape.hpp"
#include "reports/stats/testing/noise.hpp"

namespace hermetric {
namespace {

constexpr int kSamples = 2000;
constexpr double kRatio = 1.04;

/// Of the machine's speed, at the time of each single measurement.
enum class Drift { kNone, kLinear, kSine, kWalk };

class Machine {
 public:
  Machine(Random& random, Drift drift, std::size_t rounds) : random_(random), drift_(drift), last_(2 * rounds) {}

  /// How slow it is at the next measurement.
  double next() {
    const double part = static_cast<double>(now_++) / static_cast<double>(last_);
    walk_ += 0.01 * draw(random_, Tail::kNormal);
    switch (drift_) {
      case Drift::kNone: return 1;
      case Drift::kLinear: return 1 + 0.3 * part;
      case Drift::kSine: return 1 + 0.2 * std::sin(6 * std::numbers::pi * part);
      case Drift::kWalk: return std::exp(walk_);
    }
    return 1;
  }

 private:
  Random& random_;
  Drift drift_;
  std::size_t last_, now_ = 0;
  double walk_ = 0;
};

/// Rounds in ABBA order: every other round measures b first.
PairedSample abba(Random& random, Drift drift, Tail tail, std::size_t count, double ratio) {
  Machine machine(random, drift, count);
  PairedSample sample{"value", {}, {}, {}};
  const auto noise = [&] { return std::exp(0.05 * draw(random, tail)); };
  for (std::size_t i = 0; i < count; ++i) {
    const double first = machine.next(), second = machine.next();
    sample.a.push_back(100 * (i % 2 == 0 ? first : second) * noise());
    sample.b.push_back(100 * ratio * (i % 2 == 0 ? second : first) * noise());
  }
  return sample;
}

TEST(PairedQuality, IntervalsHoldTheRatioOfSkewedAndDriftingSamples) {
  Random random(2026);
  for (const Drift drift : {Drift::kNone, Drift::kLinear, Drift::kSine, Drift::kWalk})
    for (const Tail tail : {Tail::kNormal, Tail::kSkewed, Tail::kStudent2}) {
      int held = 0;
      for (int i = 0; i < kSamples; ++i) {
        const PairedSample sample = abba(random, drift, tail, 6 + random() % 60, kRatio);
        const PairedComparison result = compare_paired({&sample, 1}).front();
        held += result.ratio_low <= kRatio && kRatio <= result.ratio_high;
      }
      const double coverage = static_cast<double>(held) / kSamples;
      std::cout << "coverage, drift " << static_cast<int>(drift) << ", tail " << static_cast<int>(tail) << ": "
                << coverage << '\n';
      EXPECT_GE(coverage, 0.94);
    }
}

/// Rounds whose ratios are themselves alike from one to the next: AR(1) of 0.4.
PairedSample alike(Random& random, std::size_t count, double ratio) {
  PairedSample sample{"value", {}, {}, {}};
  double state = draw(random, Tail::kNormal);
  for (std::size_t i = 0; i < count; ++i) {
    state = 0.4 * state + std::sqrt(1 - 0.16) * draw(random, Tail::kNormal);
    sample.a.push_back(100);
    sample.b.push_back(100 * ratio * std::exp(0.05 * state));
  }
  return sample;
}

TEST(PairedQuality, JudgesRoundsThatAreAlike) {
  Random random(11);
  int held = 0, wrong = 0;
  for (int i = 0; i < kSamples; ++i) {
    const PairedSample sample = alike(random, 30 + random() % 40, kRatio);
    const PairedComparison result = compare_paired({&sample, 1}).front();
    held += result.ratio_low <= kRatio && kRatio <= result.ratio_high;
    PairedSample same = alike(random, 30 + random() % 40, 1);
    same.margin.relative = 0;
    const Verdict verdict = compare_paired({&same, 1}).front().verdict;
    wrong += verdict == Verdict::kRegressed || verdict == Verdict::kImproved;
  }
  std::cout << "correlated ratios: coverage " << static_cast<double>(held) / kSamples << ", false verdicts "
            << static_cast<double>(wrong) / kSamples << '\n';
  EXPECT_GE(static_cast<double>(held) / kSamples, 0.94);
  EXPECT_LE(static_cast<double>(wrong) / kSamples, 0.025);
}

/// What leaves no doubt is not doubted for rounds that happen to look alike.
TEST(PairedQuality, TenRoundsTellADoubling) {
  Random random(17);
  int found = 0;
  for (int i = 0; i < kSamples; ++i) {
    const PairedSample sample = abba(random, Drift::kNone, Tail::kSkewed, 10, 2);
    found += compare_paired({&sample, 1}).front().verdict == Verdict::kRegressed;
  }
  std::cout << "a doubling told from 10 rounds: " << static_cast<double>(found) / kSamples << '\n';
  EXPECT_GE(static_cast<double>(found) / kSamples, 0.99);
}

TEST(PairedQuality, EqualVersionsAreNeverCalledDifferent) {
  Random random(7);
  for (const std::size_t metrics : {1U, 3U, 8U})
    for (const Drift drift : {Drift::kNone, Drift::kLinear, Drift::kWalk}) {
      int wrong = 0;
      for (int i = 0; i < kSamples; ++i) {
        const std::size_t count = 8 + random() % 50;
        std::vector<PairedSample> family;
        for (std::size_t k = 0; k < metrics; ++k) {
          family.push_back(abba(random, drift, Tail::kSkewed, count, 1));
          family.back().margin.relative = 0;  // the hardest: every difference matters
        }
        for (const PairedComparison& result : compare_paired(family)) {
          if (result.verdict != Verdict::kRegressed && result.verdict != Verdict::kImproved) continue;
          ++wrong;
          break;
        }
      }
      std::cout << "false verdicts, " << metrics << " metrics, drift " << static_cast<int>(drift) << ": "
                << static_cast<double>(wrong) / kSamples << '\n';
      EXPECT_LE(static_cast<double>(wrong) / kSamples, 0.01);
    }
}

TEST(PairedQuality, FindsARealDifference) {
  Random random(5);
  int found = 0;
  for (int i = 0; i < kSamples; ++i) {
    const PairedSample sample = abba(random, Drift::kLinear, Tail::kSkewed, 30, 1.10);
    found += compare_paired({&sample, 1}).front().verdict == Verdict::kRegressed;
  }
  std::cout << "10 % found in 30 rounds with 5 % of noise: " << static_cast<double>(found) / kSamples << '\n';
  EXPECT_GE(static_cast<double>(found) / kSamples, 0.95);
}

TEST(PairedQuality, SeesTwoHumpsOnlyWhereTheyAre) {
  Random random(3);
  for (const std::size_t count : {12U, 20U, 40U, 200U}) {
    for (const int shape : {0, 1, 2, 3}) {
      int seen = 0;
      for (int i = 0; i < kSamples; ++i) {
        std::vector<double> values;
        values.reserve(count);
        for (std::size_t k = 0; k < count; ++k)
          values.push_back(shape == 0   ? draw(random, Tail::kNormal)
                           : shape == 1 ? draw(random, Tail::kSkewed)
                           : shape == 2 ? std::uniform_real_distribution<double>(0, 1)(random)
                                        : draw(random, Tail::kNormal) + (random() % 3 == 0 ? 8 : 0));
        seen += is_two_humped(values);
      }
      const double share = static_cast<double>(seen) / kSamples;
      if (shape < 3) {
        EXPECT_LE(share, 0.012) << count << ' ' << shape;
      } else {
        EXPECT_GE(share, count < 40 ? 0.4 : 0.9) << count;
      }
    }
  }
}

}  // namespace
}  // namespace hermetric
