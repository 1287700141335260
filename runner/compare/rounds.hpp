#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "isolation/sys/result.hpp"
#include "reports/model/report.hpp"
#include "reports/stats/measured_rounds.hpp"
#include "runner/compare/metrics.hpp"
#include "runner/compare/stop_rule.hpp"

namespace hermetric {

/// The world as the rounds see it; a test has one of its own.
class RoundHost {
 public:
  virtual ~RoundHost() = default;
  /// One run of a version. An error: hermetric could not.
  virtual Result<JobReport> run(std::size_t version) = 0;
  virtual HostActivity activity() = 0;
  virtual Duration now() = 0;  ///< monotonic
  [[nodiscard]] virtual bool interrupted() const = 0;
};

struct RoundProgress {
  std::size_t rounds = 0, disturbed = 0, failed = 0;
  Duration elapsed{};
};

struct RoundOptions {
  std::size_t versions = 2;
  std::size_t warmups = 1;
  std::size_t host_cpus = 1;
  std::vector<ComparedMetric> metrics;
  StopOptions stop;
  std::function<void(const RoundProgress&)> on_round;  ///< may be empty
};

/// A run that did not pass.
struct FailedRun {
  std::size_t version = 0;
  JobReport report;
};

struct RoundsResult : MeasuredRounds {
  std::optional<FailedRun> failure;  ///< the last one
};

/// Measures versions against one another in rounds; a round is a run of each. The order turns round every time (ABBA),
/// so that neither being first nor a machine that gets slower favours one. Rounds at the beginning may be dropped as
/// warm-up. A disturbed round (disturbance.hpp) is dropped and measured again, at most half as often as rounds count;
/// then it counts and is counted.
///
/// A run that does not pass never gets into a ratio: its round is dropped and measured again. The versions are not
/// comparable (StopReason::kFailed) when one fails that never passed, or more than two rounds and a tenth of them fail.
Result<RoundsResult> measure_rounds(const RoundOptions& options, RoundHost& host);

}  // namespace hermetric
