#pragma once

#include <unistd.h>

#include <cstdint>
#include <string>

#include "isolation/types/limits.hpp"

/// The words and numbers that both versions' caps share. Pure.
namespace hermetric {

/// "64M", "1536K", "1000": the largest unit that divides it.
std::string size_text(Bytes size);

/// What the kernel makes of a memory cap: whole pages.
std::string page_rounded(Bytes size);

/// Microseconds of CPU each kCpuPeriodUsec.
inline constexpr std::uint64_t kCpuPeriodUsec = 100'000;
std::uint64_t cpu_quota_usec(double cpus);

std::string cpus_noun(double cpus);
std::string memory_nodes_noun(const std::string& nodes);

}  // namespace hermetric
