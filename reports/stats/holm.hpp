#pragma once

#include <vector>

namespace hermetric {

/// Holm's procedure: the smallest probability is held against level / n, the next against level / (n - 1), until one
/// fails. True where a hypothesis falls; `level` is the probability that any true one does.
std::vector<bool> holm(const std::vector<double>& probabilities, double level);

}  // namespace hermetric
