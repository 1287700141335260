#include "reports/stats/testing/noise.hpp"

#include <algorithm>
#include <cmath>

#include "reports/stats/medians.hpp"

namespace hermetric {
namespace {

double normal(Random& random) { return std::normal_distribution<double>()(random); }

double uniform(Random& random) { return std::uniform_real_distribution<double>()(random); }

double student(Random& random, int degrees) {
  double square = 0;
  for (int i = 0; i < degrees; ++i) {
    const double value = normal(random);
    square += value * value;
  }
  return normal(random) / std::sqrt(square / degrees);
}

std::vector<double> unit_noise(Random& random, const NoiseKind& kind, std::size_t count) {
  const double fresh = std::sqrt(1 - kind.correlation * kind.correlation);
  std::vector<double> noise(count);
  double state = normal(random);
  for (double& value : noise) {
    const double own = draw(random, kind.tail);
    state = kind.correlation * state + fresh * (kind.wander > 0 ? normal(random) : own);
    value = kind.wander > 0 ? std::sqrt(kind.wander) * state + std::sqrt(1 - kind.wander) * own : state;
    if (kind.humps) value = 0.45 * value + (uniform(random) < 0.35 ? 1.4 : -0.6);
  }
  return noise;
}

}  // namespace

double draw(Random& random, Tail tail) {
  switch (tail) {
    case Tail::kNormal: return normal(random);
    case Tail::kSkewed: return (std::exp(0.6 * normal(random)) - 1.197) / 0.79;
    case Tail::kStudent3: return 0.87 * student(random, 3);
    case Tail::kStudent2: return 0.82 * student(random, 2);
  }
  return 0;
}

std::vector<double> noisy_series(Random& random, const NoiseKind& kind, double cv, std::size_t count) {
  std::vector<double> series = unit_noise(random, kind, count);
  const double middle = median(series);
  std::vector<double> residuals = series;
  for (double& residual : residuals) residual -= middle;
  const double deviation = robust_deviation(residuals);
  for (double& value : series) {
    value = 100 * std::max(0.05, 1 + cv * value / deviation);
    if (uniform(random) < kind.spikes) value *= 1.2 + 0.8 * uniform(random);
  }
  return series;
}

}  // namespace hermetric
