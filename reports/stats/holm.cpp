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

std::vector<bool> holm(const std::vector<double>& probabilities, const std::vector<double>& least, double level) {
  std::vector<std::size_t> able;
  for (std::size_t tried = 1; tried <= least.size(); ++tried) {
    able.clear();
    for (std::size_t i = 0; i < least.size(); ++i)
      if (least[i] <= level / static_cast<double>(tried)) able.push_back(i);
    if (able.size() <= tried) break;
  }
  std::vector<double> of_these;
  for (const std::size_t i : able) of_these.push_back(probabilities[i]);
  const std::vector<bool> fallen = holm(of_these, level);
  std::vector<bool> falls(probabilities.size(), false);
  for (std::size_t k = 0; k < able.size(); ++k) falls[able[k]] = fallen[k];
  return falls;
}

}  // namespace hermetric
