// What execute() says of a job before its report is ready, on real namespaces and groups.

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

#include "isolation/sys/testing/require.hpp"
#include "isolation/sys/testing/temporary_directory.hpp"
#include "runner/compose/session.hpp"
#include "runner/exec/executor.hpp"

namespace hermetric {
namespace {

/// One session for all tests: it moves the process into a mount namespace of its own.
Session& session() {
  static auto opened = Session::open(std::nullopt);
  return **opened;
}

class ExecuteRoot : public ::testing::Test {
 protected:
  void SetUp() override { HERMETRIC_NEED("root", ::geteuid() == 0, "cells need root"); }

  JobSpec job(const std::string& script) const {
    JobSpec job;
    job.name = "execute_root_test";
    job.command = {"sh", "-c", script};
    job.workspace = workspace_.path();
    return job;
  }

  /// Whether the cell is still in the ledger each time execute() says that the job's processes are gone.
  static std::vector<bool> cells_when_gone(const JobSpec& job, OutcomeStatus expected) {
    std::vector<bool> cells;
    ExecContext context{session().host(), session().interrupt(), {}};
    context.on_gone = [&] { cells.push_back(session().host().ledger().find(job.name).has_value()); };
    const JobReport report = execute(job, session().facts_for(job), context, {});
    EXPECT_EQ(report.outcome.status, expected) << report.outcome.reason.value_or("no reason");
    return cells;
  }

  testing::TemporaryDirectory workspace_{"/var/tmp"};
};

TEST_F(ExecuteRoot, APassingJobIsGoneBeforeItsCellIs) {
  EXPECT_EQ(cells_when_gone(job("true"), OutcomeStatus::kPassed), std::vector<bool>{true});
}

TEST_F(ExecuteRoot, AFailingJobIsNotGoneBeforeItsReport) {
  EXPECT_EQ(cells_when_gone(job("exit 3"), OutcomeStatus::kFailed), std::vector<bool>{});
}

TEST_F(ExecuteRoot, AJobThatIsEndedIsNotGoneBeforeItsReport) {
  JobSpec late = job("trap 'exit 0' TERM; while :; do sleep 0.01; done");
  late.limits.wall_time = std::chrono::milliseconds(200);
  EXPECT_EQ(cells_when_gone(late, OutcomeStatus::kTimedOut), std::vector<bool>{});
}

TEST_F(ExecuteRoot, AJobIsNotGoneWhileItsFilesTakeMemory) {
  JobSpec on_tmpfs = job("true");
  on_tmpfs.scratch = "tmpfs";
  EXPECT_EQ(cells_when_gone(on_tmpfs, OutcomeStatus::kPassed), std::vector<bool>{});
}

}  // namespace
}  // namespace hermetric
