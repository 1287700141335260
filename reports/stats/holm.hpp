#pragma once

#include <vector>

namespace hermetric {

/// Holm's procedure: the smallest probability is held against level / n, the next against level / (n - 1), until one
/// fails. True where a hypothesis falls; `level` is the probability that any true one does.
std::vector<bool> holm(const std::vector<double>& probabilities, double level);

/// The same among those hypotheses only that could fall at all (Tarone): `least` is the smallest that each probability
/// could have been, whichever way its differences point. The others do not make it harder for these.
std::vector<bool> holm(const std::vector<double>& probabilities, const std::vector<double>& least, double level);

}  // namespace hermetric
