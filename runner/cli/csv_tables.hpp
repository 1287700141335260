#pragma once

#include <string>
#include <vector>

#include "isolation/sys/result.hpp"
#include "reports/stats/paired.hpp"

namespace hermetric {

/// A CSV with a row a round: "a,b" for one metric, called "value", or "NAME.a,NAME.b,..." for several. Margins are the
/// defaults by name. Every cell must hold a number of 0 or more: a round that failed has no ratio and no row.
Result<std::vector<PairedSample>> read_pairs_csv(const std::string& path);

}  // namespace hermetric
