#include "reports/stats/margins.hpp"

#include <array>

namespace hermetric {
namespace {

struct MarginRow {
  std::string_view prefix;  ///< of the metric's path; the first that fits counts
  Margin margin;
};

// What a rerun of an unchanged job shows anyway: times end with the scheduler's tick and start with a cold cache, peaks
// are counted in batches of pages per CPU (64 pages), block IO depends on what the page cache holds.
constexpr std::array<MarginRow, 14> kMargins = {{
    {"wall_usec", {0.02, 500}},
    {"cpu.user_usec", {0.03, 1000}},
    {"cpu.system_usec", {0.05, 1000}},
    {"cpu.", {0.02, 500}},
    {"memory.peak_bytes", {0.02, 512 << 10}},
    {"memory.minor_faults", {0.02, 64}},
    {"memory.major_faults", {0.10, 8}},
    {"memory.", {0.03, 512 << 10}},
    {"io.logical_", {0.01, 4096}},
    {"io.", {0.05, 64 << 10}},
    {"context_switches.", {0.10, 16}},
    {"counters.instructions", {0.005, 10'000}},
    {"counters.", {0.02, 10'000}},
    {"pids.peak", {0.0, 0}},
}};

}  // namespace

Margin default_margin(std::string_view metric) {
  for (const MarginRow& row : kMargins)
    if (metric.starts_with(row.prefix)) return row.margin;
  return {};
}

}  // namespace hermetric
