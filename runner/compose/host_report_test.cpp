#include "runner/compose/host_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hermetric {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

JobReport used(std::optional<std::uint64_t> usec, OutcomeStatus status = OutcomeStatus::kPassed) {
  JobReport job;
  job.outcome.status = status;
  job.resources.cpu.usage_usec = usec ? Measured::of(*usec, "test") : Measured::missing("test");
  return job;
}

TEST(JobsCpu, IsTheSumAsLongAsItIsKnown) {
  JobsCpu jobs;
  EXPECT_EQ(jobs.total(), Duration(0));
  jobs.add(used(1000));
  jobs.add(used(2000, OutcomeStatus::kFailed));
  jobs.add(used({}, OutcomeStatus::kSkipped));
  jobs.add(used({}, OutcomeStatus::kSetupFailed));
  EXPECT_EQ(jobs.total(), Duration(3000));
  jobs.add(used({}));
  EXPECT_EQ(jobs.total(), std::nullopt);
  jobs.add(used(1000));
  EXPECT_EQ(jobs.total(), std::nullopt) << "what is unknown stays unknown";
}

TEST(LookAtHost, TellsEverythingOrWhyNot) {
  const HostReport host = look_at_host();
  EXPECT_FALSE(host.kernel.empty());
  EXPECT_TRUE(host.cores.known()) << host.cores.note;
  EXPECT_GE(host.cpus.value_or(0), host.cores.value.value_or(0));
  EXPECT_GT(host.capabilities.size(), 8U);
  EXPECT_TRUE(host.before.cpu_busy_usec.known());
  EXPECT_FALSE(host.after.cpu_busy_usec.known()) << "that is for the second look";
}

TEST(LookAgain, BlamesOthersForWhatTheJobsDidNotUse) {
  HostReport host = look_at_host();
  const auto busy = host.before.cpu_busy_usec.value.value_or(0);
  ASSERT_GT(busy, 2'000'000U) << "this machine has hardly been used";
  // As if the run had begun two seconds of CPU time ago.
  host.before.cpu_busy_usec = Measured::of(busy - 2'000'000, "test");
  HostReport blamed = host, excused = host, unknown = host;
  look_again(blamed, seconds(2), JobsCpu());
  EXPECT_TRUE(blamed.after.cpu_busy_usec.known());
  EXPECT_THAT(blamed.warnings, Contains(HasSubstr("other programs kept")));
  JobsCpu jobs;
  jobs.add(used(3'600'000'000));
  look_again(excused, seconds(2), jobs);
  EXPECT_THAT(excused.warnings, Not(Contains(HasSubstr("other programs kept"))));
  JobsCpu lost;
  lost.add(used({}));
  look_again(unknown, seconds(2), lost);
  EXPECT_THAT(unknown.warnings, Not(Contains(HasSubstr("other programs kept"))));
}

}  // namespace
}  // namespace hermetric
