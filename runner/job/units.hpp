#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "isolation/sys/result.hpp"
#include "isolation/types/units.hpp"

namespace hermetric {

// How people write quantities, on the command line and in job files alike. Every function takes the whole text and
// either understands all of it or says what was wrong and what would be right. The patterns (ECMA-262) are the same
// languages for the schema; only overflow is beyond them.

inline constexpr std::string_view kSizePattern = "^[0-9]+[KMGT]?$";
inline constexpr std::string_view kPositiveSizePattern = "^0*[1-9][0-9]*[KMGT]?$";
inline constexpr std::string_view kDurationPattern = "^(0+|[0-9]+(us|ms|s|m|h))$";
inline constexpr std::string_view kPositiveDurationPattern = "^0*[1-9][0-9]*(us|ms|s|m|h)$";

/// Bytes, or with K, M, G, T powers of 1024: "4096", "512M".
Result<Bytes> parse_size(std::string_view text);
Result<Bytes> parse_positive_size(std::string_view text);

/// A whole number with its unit: "250ms", "10s", "5m", "1h", "100us"; and "0".
Result<Duration> parse_duration(std::string_view text);
Result<Duration> parse_positive_duration(std::string_view text);

/// Both ends included.
struct IntegerRange {
  std::uint64_t low = 0;
  std::uint64_t high = std::numeric_limits<std::int64_t>::max();
};

/// Decimal digits only.
Result<std::uint64_t> parse_integer(std::string_view text, IntegerRange range = {});

/// The kernel's smallest quota: 1 ms of 100 ms.
inline constexpr double kMinCpus = 0.01;

/// A CPU rate in cores: "2", "0.5".
Result<double> parse_cpus(std::string_view text);

/// The index of `text` in `names`; the error offers the nearest name.
Result<std::size_t> parse_choice(std::string_view text, std::span<const std::string_view> names);

}  // namespace hermetric
