#include "runner/exec/verdict.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>

namespace hermetric {
namespace {

constexpr std::array kInterventions = {Intervention::kNone,    Intervention::kCancelled,   Intervention::kWallTime,
                                       Intervention::kCpuTime, Intervention::kOutputLimit, Intervention::kDiskFull};

Limits all_limits() {
  Limits limits;
  limits.wall_time = std::chrono::seconds(1);
  limits.cpu_time = std::chrono::seconds(1);
  limits.output = Bytes{10};
  limits.disk = mebibytes(1);
  limits.memory = mebibytes(1);
  return limits;
}

Ending exited(int code) {
  Ending ending;
  ending.exit_code = code;
  return ending;
}

Ending killed(int signal) {
  Ending ending;
  ending.signal = signal;
  return ending;
}

ResourceUsage usage_with(std::uint64_t oom_kills) {
  ResourceUsage usage;
  usage.memory.oom_kills = Measured::of(oom_kills, "test");
  return usage;
}

OutcomeStatus status_of(const Ending& ending, Intervention intervention, const ResourceUsage& usage) {
  return decide_outcome(ending, intervention, usage, all_limits()).status;
}

/// DESIGN's order in one line each, for whatever else holds.
OutcomeStatus expected(const Ending& ending, Intervention intervention, bool oom) {
  if (intervention == Intervention::kCancelled) return OutcomeStatus::kCancelled;
  if (intervention == Intervention::kWallTime) return OutcomeStatus::kTimedOut;
  if (intervention == Intervention::kCpuTime) return OutcomeStatus::kCpuTimeExceeded;
  if (intervention == Intervention::kOutputLimit) return OutcomeStatus::kOutputLimit;
  if (intervention == Intervention::kDiskFull && ending.exit_code != 0) return OutcomeStatus::kDiskLimit;
  if (oom && ending.exit_code != 0) return OutcomeStatus::kOutOfMemory;
  if (ending.signal) return OutcomeStatus::kSignaled;
  return ending.exit_code == 0 ? OutcomeStatus::kPassed : OutcomeStatus::kFailed;
}

TEST(Verdict, FollowsTheOrderInEveryCombination) {
  for (const Intervention intervention : kInterventions)
    for (const std::uint64_t oom_kills : {0U, 3U})
      for (const Ending& ending : {exited(0), exited(1), exited(137), killed(SIGKILL), killed(SIGSEGV)}) {
        const Outcome outcome = decide_outcome(ending, intervention, usage_with(oom_kills), all_limits());
        EXPECT_EQ(name_of(outcome.status), name_of(expected(ending, intervention, oom_kills > 0)))
            << "intervention " << static_cast<int>(intervention) << ", " << oom_kills << " kills, exit "
            << ending.exit_code.value_or(-1) << ", signal " << ending.signal.value_or(0);
        EXPECT_EQ(outcome.exit_code, ending.exit_code) << "the code stays what it was";
        EXPECT_EQ(outcome.signal, ending.signal);
        EXPECT_EQ(outcome.reason.has_value(), outcome.status != OutcomeStatus::kPassed);
      }
}

TEST(Verdict, UnknownOomCountProvesNothing) {
  ResourceUsage usage;
  usage.memory.oom_kills = Measured::missing("no memory controller");
  EXPECT_EQ(status_of(exited(137), Intervention::kNone, usage), OutcomeStatus::kFailed);
  EXPECT_EQ(status_of(killed(SIGKILL), Intervention::kNone, usage), OutcomeStatus::kSignaled);
}

TEST(Verdict, SetupFailureComesBeforeEverythingButCancelling) {
  Ending ending;
  ending.setup_error = Error("mount: no");
  EXPECT_EQ(status_of(ending, Intervention::kCancelled, usage_with(0)), OutcomeStatus::kCancelled);
  EXPECT_EQ(status_of(ending, Intervention::kWallTime, usage_with(0)), OutcomeStatus::kSetupFailed);
  const Outcome outcome = decide_outcome(ending, Intervention::kNone, usage_with(2), all_limits());
  EXPECT_EQ(outcome.status, OutcomeStatus::kSetupFailed);
  EXPECT_EQ(outcome.reason, "mount: no");
}

TEST(Verdict, ACommandThatCannotBeExecutedFailedWithTheReason) {
  Ending ending = exited(127);
  ending.command_error = Error("execute nothing: No such file or directory");
  const Outcome outcome = decide_outcome(ending, Intervention::kNone, usage_with(0), all_limits());
  EXPECT_EQ(outcome.status, OutcomeStatus::kFailed);
  EXPECT_EQ(outcome.exit_code, 127);
  EXPECT_EQ(outcome.reason, "execute nothing: No such file or directory");
}

TEST(ExitCode, IsTheJobsOrSaysWhyThereIsNone) {
  const auto code = [](OutcomeStatus status, std::optional<int> exit_code = {}, std::optional<int> signal = {},
                       std::optional<int> interrupt = {}) {
    Outcome outcome;
    outcome.status = status;
    outcome.exit_code = exit_code;
    outcome.signal = signal;
    return exit_code_of(outcome, interrupt);
  };
  EXPECT_EQ(code(OutcomeStatus::kPassed, 0), 0);
  EXPECT_EQ(code(OutcomeStatus::kFailed, 3), 3);
  EXPECT_EQ(code(OutcomeStatus::kFailed, 126), 126);
  EXPECT_EQ(code(OutcomeStatus::kFailed, 127), 127);
  EXPECT_EQ(code(OutcomeStatus::kSignaled, {}, SIGSEGV), 139);
  EXPECT_EQ(code(OutcomeStatus::kTimedOut, 0), 124);
  EXPECT_EQ(code(OutcomeStatus::kCpuTimeExceeded), 124);
  EXPECT_EQ(code(OutcomeStatus::kOutputLimit), 124);
  EXPECT_EQ(code(OutcomeStatus::kDiskLimit), 124);
  EXPECT_EQ(code(OutcomeStatus::kOutOfMemory, 1), 137);
  EXPECT_EQ(code(OutcomeStatus::kCancelled, {}, {}, SIGINT), 130);
  EXPECT_EQ(code(OutcomeStatus::kCancelled, {}, {}, SIGTERM), 143);
  EXPECT_EQ(code(OutcomeStatus::kSetupFailed), 125);
}

}  // namespace
}  // namespace hermetric
