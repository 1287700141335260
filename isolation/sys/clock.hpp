#pragma once

#include <cstdint>
#include <ctime>

#include "isolation/types/units.hpp"

namespace hermetric {

/// CLOCK_MONOTONIC in nanoseconds, as the child's marks use it.
inline std::uint64_t monotonic_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

/// CLOCK_BOOTTIME in nanoseconds, the clock of a process's start time in /proc/PID/stat.
inline std::uint64_t boottime_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

inline Duration monotonic_now() { return Duration(static_cast<Duration::rep>(monotonic_nanoseconds() / 1000)); }

}  // namespace hermetric
