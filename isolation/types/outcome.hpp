#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hermetric {

/// How a job ended. The order is the report's; kOutcomeStatusNames holds the same order.
enum class OutcomeStatus {
  kPassed,
  kFailed,
  kSignaled,
  kTimedOut,
  kCpuTimeExceeded,
  kOutOfMemory,
  kOutputLimit,
  kDiskLimit,
  kCancelled,
  kSetupFailed,
  kSkipped,
};

inline constexpr std::array<std::string_view, 11> kOutcomeStatusNames = {
    "passed",     "failed",    "signaled",     "timed_out", "cpu_time_exceeded", "out_of_memory", "output_limit",
    "disk_limit", "cancelled", "setup_failed", "skipped"};

constexpr std::string_view name_of(OutcomeStatus status) {
  return kOutcomeStatusNames[static_cast<std::size_t>(status)];
}

struct Outcome {
  OutcomeStatus status = OutcomeStatus::kPassed;
  std::optional<int> exit_code;       ///< of the job's root process, when it exited
  std::optional<int> signal;          ///< that ended the job's root process
  std::optional<std::string> reason;  ///< one sentence for people
};

}  // namespace hermetric
