#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace hermetric {

/// An amount of memory, storage or traffic.
struct Bytes {
  std::uint64_t count = 0;

  friend constexpr auto operator<=>(Bytes, Bytes) = default;
};

constexpr Bytes kibibytes(std::uint64_t n) { return {n << 10}; }
constexpr Bytes mebibytes(std::uint64_t n) { return {n << 20}; }

/// A length of time. Reports state microseconds, so nothing here is finer.
using Duration = std::chrono::microseconds;

}  // namespace hermetric
