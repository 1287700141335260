#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isolation/types/host.hpp"
#include "isolation/types/units.hpp"

/// What makes the figures of two equal runs differ (ACCOUNTING.md, rule 10). Some files a CPU, so it is looked at when
/// a report is asked for and not on every start.
namespace hermetric {

/// What is looked at; a test points it at a fake tree.
struct NoisePaths {
  std::string proc = "/proc";
  std::string sys = "/sys";
};

HostSettings look_at_settings(const NoisePaths& paths = {});
HostActivity look_at_activity(const NoisePaths& paths = {});

/// Two looks at the host and what lay between them.
struct NoiseSpan {
  HostActivity before, after;
  Duration wall{};
  std::optional<Duration> own_cpu = Duration::zero();  ///< CPU time of hermetric and its jobs between the looks
  std::size_t cpus = 1;                                ///< of the host
};

/// Sentences about settings that make figures vary, each with what would help.
std::vector<std::string> warnings_of(const HostSettings& settings);

/// Sentences about load that was there when the run began.
std::vector<std::string> warnings_before(const HostActivity& before);

/// Sentences about what disturbed the run: steal, throttling, swapping, other programs. A figure that is missing at
/// either look warns of nothing.
std::vector<std::string> warnings_during(const NoiseSpan& span);

/// Sentences about settings that somebody changed meanwhile.
std::vector<std::string> warnings_of_change(const HostSettings& before, const HostSettings& after);

}  // namespace hermetric
