#include "reports/stats/holm.hpp"

#include <algorithm>
#include <numeric>

namespace hermetric {

std::vector<bool> holm(const std::vector<double>& probabilities, double level) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return probabilities[a] < probabilities[b]; });
  std::vector<bool> falls(probabilities.size(), false);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (probabilities[order[i]] > level / static_cast<double>(order.size() - i)) break;
    falls[order[i]] = true;
  }
  return falls;
}

}  // namespace hermetric
