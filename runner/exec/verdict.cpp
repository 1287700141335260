#include "runner/exec/verdict.hpp"

#include <csignal>
#include <string>

#include "reports/model/signal_name.hpp"

namespace hermetric {
namespace {

constexpr int kExitLimit = 124;
constexpr int kExitNoRun = 125;
constexpr int kExitSignalBase = 128;

std::string milliseconds(Duration duration) { return std::to_string(duration.count() / 1000) + " ms"; }

bool memory_ran_out(const Ending& ending, const ResourceUsage& usage) {
  return usage.memory.oom_kills.value.value_or(0) > 0 && ending.exit_code != 0;
}

}  // namespace

Outcome decide_outcome(const Ending& ending, Intervention intervention, const ResourceUsage& usage,
                       const Limits& limits) {
  Outcome outcome;
  outcome.exit_code = ending.exit_code;
  outcome.signal = ending.signal;
  const auto ended = [&outcome](OutcomeStatus status, std::string reason) {
    outcome.status = status;
    outcome.reason = std::move(reason);
    return outcome;
  };
  if (intervention == Intervention::kCancelled) return ended(OutcomeStatus::kCancelled, "the run was cancelled");
  if (ending.setup_error) return ended(OutcomeStatus::kSetupFailed, ending.setup_error->message());
  if (intervention == Intervention::kWallTime)
    return ended(OutcomeStatus::kTimedOut, "it ran longer than wall_time, " + milliseconds(*limits.wall_time));
  if (intervention == Intervention::kCpuTime)
    return ended(OutcomeStatus::kCpuTimeExceeded,
                 "it used more CPU time than cpu_time, " + milliseconds(*limits.cpu_time));
  if (intervention == Intervention::kOutputLimit)
    return ended(OutcomeStatus::kOutputLimit,
                 "it wrote more than output_limit, " + std::to_string(limits.output->count) + " bytes");
  if (intervention == Intervention::kDiskFull && ending.exit_code != 0)
    return ended(OutcomeStatus::kDiskLimit,
                 "what it wrote filled its disk cap of " + std::to_string(limits.disk->count) + " bytes");
  if (memory_ran_out(ending, usage))
    return ended(OutcomeStatus::kOutOfMemory, limits.memory ? "the kernel killed in its group at the memory cap of " +
                                                                  std::to_string(limits.memory->count) + " bytes"
                                                            : "the kernel killed in its group for lack of memory");
  if (ending.command_error) return ended(OutcomeStatus::kFailed, ending.command_error->message());
  if (ending.signal) return ended(OutcomeStatus::kSignaled, "ended by " + signal_name(*ending.signal));
  if (ending.exit_code != 0) return ended(OutcomeStatus::kFailed, "exit code " + std::to_string(*ending.exit_code));
  return outcome;
}

int exit_code_of(const Outcome& outcome, std::optional<int> interrupt) {
  switch (outcome.status) {
    case OutcomeStatus::kPassed: return 0;
    case OutcomeStatus::kFailed: return outcome.exit_code.value_or(1);
    case OutcomeStatus::kSignaled: return kExitSignalBase + outcome.signal.value_or(0);
    case OutcomeStatus::kTimedOut:
    case OutcomeStatus::kCpuTimeExceeded:
    case OutcomeStatus::kOutputLimit:
    case OutcomeStatus::kDiskLimit: return kExitLimit;
    case OutcomeStatus::kOutOfMemory: return kExitSignalBase + SIGKILL;
    case OutcomeStatus::kCancelled: return kExitSignalBase + interrupt.value_or(SIGTERM);
    case OutcomeStatus::kSetupFailed:
    case OutcomeStatus::kSkipped: return kExitNoRun;
  }
  return kExitNoRun;
}

}  // namespace hermetric
