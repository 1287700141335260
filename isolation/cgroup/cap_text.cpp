#include "isolation/cgroup/cap_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace hermetric {

std::string size_text(Bytes size) {
  constexpr std::string_view kUnits = " KMGT";
  std::uint64_t count = size.count;
  std::size_t unit = 0;
  while (count != 0 && count % 1024 == 0 && unit + 1 < kUnits.size()) {
    count /= 1024;
    ++unit;
  }
  return unit == 0 ? std::to_string(count) : std::to_string(count) + kUnits[unit];
}

std::string page_rounded(Bytes size) {
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return std::to_string(size.count / page * page);
}

std::uint64_t cpu_quota_usec(double cpus) {
  return static_cast<std::uint64_t>(std::llround(cpus * static_cast<double>(kCpuPeriodUsec)));
}

std::string cpus_noun(double cpus) { return fmt::format("CPU cap {}", cpus); }

std::string memory_nodes_noun(const std::string& nodes) { return "memory nodes " + nodes; }

}  // namespace hermetric
