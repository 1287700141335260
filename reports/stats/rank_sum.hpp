#pragma once

#include <span>

namespace hermetric {

/// One-sided probability that `news` rank as high among `olds` as they do, or higher, were all of them alike (Mann and
/// Whitney's test): exact where it can be computed quickly, else by the normal approximation; ties count for the new
/// ones by half, rounded down. One new value above n old ones has 1 / (n + 1): a lone spike proves little.
double rank_sum_probability(std::span<const double> olds, std::span<const double> news);

/// The smallest that this probability can be: all new values above all old ones.
double smallest_rank_sum_probability(std::size_t olds, std::size_t news);

}  // namespace hermetric
