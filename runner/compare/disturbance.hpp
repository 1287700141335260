#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isolation/types/host.hpp"
#include "isolation/types/units.hpp"
#include "reports/model/report.hpp"

namespace hermetric {

/// What was seen around one round.
struct RoundLook {
  HostActivity before, after;
  Duration wall{};
  std::size_t host_cpus = 1;
  std::span<const JobReport> runs;  ///< one of each version, by version
};

/// Tells rounds that somebody else disturbed from those that count. Pure, but for what it remembers of earlier rounds.
class DisturbanceWatch {
 public:
  /// One word for what disturbed the round, or nothing:
  /// - "steal": the hypervisor took 1 % of the CPU time there was, and 20 ms;
  /// - "throttling": the CPU was slowed down for its heat;
  /// - "pressure": a run waited for CPU, memory or IO for 5 % of its wall time more than the quietest run of its
  /// version
  ///   so far did. What a version waits for by itself, in every run, is its own.
  std::optional<std::string> judge(const RoundLook& look);

 private:
  static constexpr std::size_t kResources = 3;  ///< cpu, memory, io
  bool is_pressed(std::size_t version, const ResourceUsage& usage);

  std::vector<std::array<std::optional<double>, kResources>> quietest_;  ///< share of wall time, by version
};

}  // namespace hermetric
