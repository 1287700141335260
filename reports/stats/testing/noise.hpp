#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

namespace hermetric {

enum class Tail { kNormal, kSkewed, kStudent3, kStudent2 };

/// A kind of noise as CI shows it.
struct NoiseKind {
  std::string_view name;
  double correlation = 0;  ///< of neighbours: AR(1), of the wander where there is one
  Tail tail = Tail::kNormal;
  double spikes = 0;   ///< probability of a value 1.2 to 2 times as large
  double wander = 0;   ///< part of the variance that wanders slowly below the rest
  bool humps = false;  ///< two machines, one slower
};

inline constexpr std::array<NoiseKind, 12> kNoiseKinds = {{
    {"normal"},
    {"skewed", 0, Tail::kSkewed},
    {"heavy tails", 0, Tail::kStudent3},
    {"skewed with spikes", 0, Tail::kSkewed, 0.04},
    {"a little correlated", 0.3, Tail::kNormal, 0.02},
    {"correlated", 0.5, Tail::kNormal, 0.03},
    {"correlated with heavy tails", 0.5, Tail::kStudent3, 0.03},
    {"strongly correlated", 0.7, Tail::kNormal, 0.02},
    {"wandering", 0.9, Tail::kSkewed, 0.02, 0.3},
    {"two-humped", 0, Tail::kNormal, 0.02, 0, true},
    {"two-humped, correlated", 0.3, Tail::kSkewed, 0.02, 0, true},
    {"very heavy tails", 0, Tail::kStudent2, 0.05},
}};

using Random = std::mt19937_64;

/// One value of mean 0 and about unit scale.
double draw(Random& random, Tail tail);

/// `count` values around 100 whose robust coefficient of variation is `cv`.
std::vector<double> noisy_series(Random& random, const NoiseKind& kind, double cv, std::size_t count);

}  // namespace hermetric
