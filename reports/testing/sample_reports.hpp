#pragma once

#include <random>

#include "reports/model/report.hpp"

namespace hermetric::testing {

/// A run without jobs.
RunReport empty_run();

/// One job that has a value for everything the format knows.
RunReport full_run();

/// Every way a job can end, a retry, unknown figures, and names and reasons that a hostile job might choose.
RunReport mixed_run();

/// Any report at all, from `seed`: values at the ends of their ranges, text with control characters,
/// numbers up to `largest`.
RunReport random_run(unsigned seed, std::uint64_t largest = UINT64_MAX);

}  // namespace hermetric::testing
