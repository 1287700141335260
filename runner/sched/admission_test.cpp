#include "runner/sched/admission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <vector>

namespace hermetric {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

JobSpec job_with(std::optional<double> cpus, std::optional<Bytes> memory = {}) {
  JobSpec job;
  job.name = "j";
  job.limits.cpus = cpus;
  job.limits.memory = memory;
  return job;
}

Share cpus(std::uint64_t count, std::uint64_t memory = 0) {
  return {.jobs = 1, .millicpus = 1000 * count, .memory = memory};
}

/// Admits until nothing more may start.
std::vector<std::size_t> admit_all(Admission& admission, std::set<std::size_t>& ready) {
  std::vector<std::size_t> started;
  while (const auto job = admission.admit(ready)) {
    ready.erase(*job);
    started.push_back(*job);
  }
  return started;
}

TEST(Demand, UncappedJobsCountOneCpuAndNoMemory) {
  const Capacity four = {.cpus = 4, .memory = mebibytes(100)};
  EXPECT_EQ(demand_of(job_with({}), four), cpus(1));
  EXPECT_EQ(demand_of(job_with(2.5, mebibytes(1)), four), (Share{.jobs = 1, .millicpus = 2500, .memory = 1 << 20}));
  JobSpec exclusive = job_with(1);
  exclusive.exclusive_cores = 3;
  EXPECT_EQ(demand_of(exclusive, four), cpus(3));
  EXPECT_EQ(demand_of(job_with({}), {.cpus = 0.5, .memory = {}}).millicpus, 500U) << "a small host runs it alone";
}

TEST(Demand, OfWholeCores) {
  const Capacity eight_on_four = {.cpus = 8, .memory = {}, .threads_per_core = 2, .whole_cores = true};
  EXPECT_EQ(demand_of(job_with({}), eight_on_four), cpus(2)) << "one CPU takes its core";
  EXPECT_EQ(demand_of(job_with(2), eight_on_four), cpus(2));
  EXPECT_EQ(demand_of(job_with(2.5), eight_on_four), cpus(4));
  EXPECT_EQ(cores_of(job_with(2.5), eight_on_four), 2U);
  JobSpec exclusive = job_with(8);
  exclusive.exclusive_cores = 3;
  EXPECT_EQ(demand_of(exclusive, eight_on_four), cpus(6)) << "the cap does not add cores";
  EXPECT_TRUE(check_capacity({{exclusive}}, eight_on_four));
  exclusive.exclusive_cores = 5;
  const Status refused = check_capacity({{exclusive}}, eight_on_four);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("exclusive_cores 5 is more than the 4 this host has"));
  exclusive.exclusive_cores = std::numeric_limits<std::uint64_t>::max();
  EXPECT_FALSE(check_capacity({{exclusive}}, eight_on_four));
}

TEST(Capacity, ACapAboveTheHostsIsAnError) {
  const Capacity host = {.cpus = 2, .memory = mebibytes(1)};
  const auto check = [&](const JobSpec& job) {
    const Status status = check_capacity({{job}}, host);
    return status ? std::string("fits") : status.error().message();
  };
  EXPECT_EQ(check(job_with({})), "fits");
  EXPECT_EQ(check(job_with(2, mebibytes(1))), "fits");
  EXPECT_EQ(check(job_with(2.5)), "job \"j\": cpus 2.5 is more than the 2 this host has (lower `cpus`)");
  EXPECT_THAT(check(job_with({}, mebibytes(2))), HasSubstr("memory 2097152 is more than the 1048576 bytes"));
  JobSpec exclusive = job_with({});
  exclusive.exclusive_cores = 3;
  EXPECT_THAT(check(exclusive), HasSubstr("exclusive_cores 3"));
}

TEST(Admission, InOrderWithinEachLimit) {
  struct Row {
    const char* what;
    Share whole;
    std::vector<Share> demands;
    std::vector<std::size_t> started;
  };
  const std::vector<Row> rows = {
      {"nothing to do", {8, 8000, 8}, {}, {}},
      {"jobs", {2, 8000, 0}, {cpus(1), cpus(1), cpus(1)}, {0, 1}},
      {"CPUs", {8, 2000, 0}, {cpus(1), cpus(1), cpus(1)}, {0, 1}},
      {"memory", {8, 8000, 5}, {cpus(1, 3), cpus(1, 3), cpus(1, 2)}, {0, 2}},
      {"a small one passes", {8, 4000, 0}, {cpus(1), cpus(4), cpus(1)}, {0}},
      {"a small one passes and leaves room", {8, 4000, 0}, {cpus(2), cpus(3), cpus(1), cpus(1)}, {0, 2}},
  };
  for (const Row& row : rows) {
    Admission admission(row.whole, row.demands);
    std::set<std::size_t> ready;
    for (std::size_t job = 0; job < row.demands.size(); ++job) ready.insert(job);
    EXPECT_EQ(admit_all(admission, ready), row.started) << row.what;
  }
}

TEST(Admission, AReservedJobStartsWhenThoseBeforeItHaveEnded) {
  // Two CPUs each are running on four; 2 wants three; one-CPU jobs keep coming.
  std::vector<Share> demands = {cpus(2), cpus(2), cpus(3)};
  demands.resize(20, cpus(1));
  Admission admission({.jobs = 8, .millicpus = 4000, .memory = 0}, demands);
  std::set<std::size_t> ready = {0, 1, 2, 3, 4, 5};
  EXPECT_THAT(admit_all(admission, ready), ElementsAre(0, 1));
  admission.release(0);
  EXPECT_THAT(admit_all(admission, ready), ElementsAre(3)) << "one may pass: 3 + 1 fit";
  admission.release(3);
  EXPECT_THAT(admit_all(admission, ready), ElementsAre(4)) << "and the next when that has ended";
  admission.release(1);
  EXPECT_THAT(admit_all(admission, ready), ElementsAre(2)) << "those before it have ended";
}

TEST(Admission, TheReservationOutlivesLowerNumbersThatBecomeReadyLater) {
  Admission admission({.jobs = 8, .millicpus = 2000, .memory = 0}, {cpus(1), cpus(1), cpus(2), cpus(1)});
  std::set<std::size_t> ready = {1};
  EXPECT_THAT(admit_all(admission, ready), ElementsAre(1));
  ready = {2, 3};
  EXPECT_THAT(admit_all(admission, ready), IsEmpty());
  ready.insert(0);
  EXPECT_THAT(admit_all(admission, ready), IsEmpty());
  admission.release(1);
  EXPECT_THAT(admit_all(admission, ready), ElementsAre(2));
  admission.release(2);
  EXPECT_THAT(admit_all(admission, ready), ElementsAre(0, 3));
}

TEST(Admission, JobSlotsAreReservedToo) {
  Admission admission({.jobs = 2, .millicpus = 4000, .memory = 0}, {cpus(3), cpus(2), cpus(1), cpus(1)});
  std::set<std::size_t> ready = {0, 1, 2, 3};
  EXPECT_THAT(admit_all(admission, ready), ElementsAre(0, 2));
  admission.release(0);
  EXPECT_THAT(admit_all(admission, ready), ElementsAre(1));
}

TEST(Admission, AllMemoryThereIsDoesNotOverflow) {
  const Capacity endless = {.cpus = 4, .memory = {std::numeric_limits<std::uint64_t>::max()}};
  const Share big = demand_of(job_with({}, Bytes{std::numeric_limits<std::uint64_t>::max()}), endless);
  Admission admission(share_of(endless, 4), {big, big, cpus(1)});
  std::set<std::size_t> ready = {0, 1, 2};
  EXPECT_THAT(admit_all(admission, ready), ElementsAre(0, 2));
}

}  // namespace
}  // namespace hermetric
