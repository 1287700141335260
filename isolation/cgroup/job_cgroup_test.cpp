/// Tables and caps on directories with files of real texts.

#include "isolation/cgroup/job_cgroup.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isolation/cgroup/caps.hpp"
#include "isolation/cgroup/testing/contract.hpp"
#include "isolation/cgroup/testing/fake_tree.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

using ::testing::HasSubstr;

class JobCgroupTest : public ::testing::Test {
 protected:
  GroupDirectory directory(const std::string& name, const Dialect& dialect, std::vector<std::string> controllers) {
    std::filesystem::create_directories(tree_.path(name + "/job"));
    auto base_fd = sys::open(tree_.path(name), O_PATH | O_DIRECTORY);
    auto fd = sys::open(tree_.path(name + "/job"), O_PATH | O_DIRECTORY);
    return {.base = std::make_shared<const CgroupBase>(&dialect, controllers, tree_.path(name), *std::move(base_fd)),
            .controllers = controllers,
            .name = "job",
            .fd = *std::move(fd),
            .tasks = {}};
  }

  void fill_v2() {
    tree_.write("v2/job/cpu.stat",
                "usage_usec 300\nuser_usec 200\nsystem_usec 100\nnr_periods 9\nnr_throttled 2\nthrottled_usec 50\n");
    tree_.write("v2/job/memory.peak", "68157440\n");
    tree_.write("v2/job/memory.current", "4096\n");
    tree_.write("v2/job/memory.stat", "anon 1024\nfile 3072\nkernel 9\nshmem 512\n");
    tree_.write("v2/job/memory.events.local", "low 0\nhigh 0\nmax 4\noom 1\noom_kill 1\noom_group_kill 0\n");
    tree_.write("v2/job/io.stat", "8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n");
    tree_.write("v2/job/cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=77\n");
  }

  void fill_v1() {
    tree_.write("v1/job/cpuacct.usage", "5000000\n");
    tree_.write("v1/job/cpuacct.usage_user", "3000000\n");
    tree_.write("v1/job/cpuacct.usage_sys", "1000000\n");
    tree_.write("v1/job/cpu.stat", "nr_periods 3\nnr_throttled 1\nthrottled_time 7000\n");
    tree_.write("v1/job/memory.max_usage_in_bytes", "123456\n");
    tree_.write("v1/job/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    tree_.write("v1/job/blkio.throttle.io_service_bytes", "Total 0\n");
  }

  ResourceUsage usage_of(std::vector<GroupDirectory> directories, bool cpu_capped) {
    JobCgroup group(std::move(directories), cpu_capped, nullptr);
    ::hermetric::testing::expect_every_figure_explained(group);
    ResourceUsage usage;
    group.read_usage(usage);
    return usage;
  }

  std::vector<GroupDirectory> v2() {
    std::vector<GroupDirectory> directories;
    directories.push_back(directory("v2", kUnifiedDialect, {"cpu", "memory", "io", "pids"}));
    return directories;
  }
  std::vector<GroupDirectory> v1() {
    std::vector<GroupDirectory> directories;
    directories.push_back(directory("v1", kLegacyDialect, {"cpu", "cpuacct", "memory", "blkio"}));
    return directories;
  }

  ::hermetric::testing::FakeTree tree_;
};

TEST_F(JobCgroupTest, ReadsV2) {
  fill_v2();
  const ResourceUsage usage = usage_of(v2(), true);
  EXPECT_EQ(usage.cpu.usage_usec, Measured::of(300, "cgroup v2 cpu.stat"));
  EXPECT_EQ(usage.cpu.throttled_usec, Measured::of(50, "cgroup v2 cpu.stat"));
  EXPECT_EQ(usage.memory.peak_bytes, Measured::of(68157440, "cgroup v2 memory.peak"));
  EXPECT_EQ(usage.memory.oom_kills, Measured::of(1, "cgroup v2 memory.events.local"));
  EXPECT_EQ(usage.io.write_bytes, Measured::of(20, "cgroup v2 io.stat"));
  EXPECT_EQ(usage.pressure.cpu.some_usec.value, 77U);
}

TEST_F(JobCgroupTest, SaysWhatAnOlderKernelLacks) {
  fill_v2();
  const ResourceUsage usage = usage_of(v2(), false);
  EXPECT_THAT(usage.memory.swap_peak_bytes.note, HasSubstr("needs Linux 6.5"));
  EXPECT_THAT(usage.pids.peak.note, HasSubstr("needs Linux 6.1"));
  EXPECT_EQ(usage.pressure.cpu.full_usec.note, "cpu.pressure has no full (needs Linux 5.13 with PSI)");
  EXPECT_EQ(usage.cpu.nr_throttled.note, "no CPU cap, nothing to throttle");
}

TEST_F(JobCgroupTest, ReadsV1) {
  fill_v1();
  const ResourceUsage usage = usage_of(v1(), true);
  EXPECT_EQ(usage.cpu.usage_usec, Measured::of(5000, "cgroup v1 cpuacct.usage"));
  EXPECT_EQ(usage.cpu.user_usec, Measured::of(3750, "cgroup v1 cpuacct.usage_user, scaled to cpuacct.usage"));
  EXPECT_EQ(usage.cpu.system_usec, Measured::of(1250, "cgroup v1 cpuacct.usage_sys, scaled to cpuacct.usage"));
  EXPECT_EQ(usage.cpu.throttled_usec, Measured::of(7, "cgroup v1 cpu.stat"));
  EXPECT_EQ(usage.memory.peak_bytes.value, 123456U);
  EXPECT_EQ(usage.memory.oom_kills.value, 2U);
  EXPECT_THAT(usage.memory.swap_peak_bytes.note, HasSubstr("not of swap"));
  EXPECT_THAT(usage.io.read_bytes.note, HasSubstr("no disk was named"));
  EXPECT_EQ(usage.pressure.io.some_usec.note, "no cgroup2 hierarchy is mounted");
}

TEST_F(JobCgroupTest, HybridTakesEachFigureFromWhereItIsBest) {
  fill_v1();
  tree_.write("v2/job/cpu.stat", "usage_usec 300\nuser_usec 200\nsystem_usec 100\n");
  auto directories = v1();
  directories.push_back(directory("v2", kUnifiedDialect, {}));
  const ResourceUsage usage = usage_of(std::move(directories), true);
  EXPECT_EQ(usage.cpu.usage_usec, Measured::of(300, "cgroup v2 cpu.stat"));
  EXPECT_EQ(usage.cpu.nr_throttled, Measured::of(1, "cgroup v1 cpu.stat"));
  EXPECT_EQ(usage.memory.peak_bytes, Measured::of(123456, "cgroup v1 memory.max_usage_in_bytes"));
}

TEST_F(JobCgroupTest, Samples) {
  fill_v2();
  const JobCgroup group(v2(), false, nullptr);
  const CgroupSample sample = group.sample();
  EXPECT_EQ(sample.cpu_usage_usec, 300U);
  EXPECT_EQ(sample.memory_bytes, 4096U);
  EXPECT_EQ(sample.file_bytes, 3072U);
  EXPECT_EQ(sample.shmem_bytes, 512U);
}

TEST_F(JobCgroupTest, ACapThatReadsBackAsSomethingElseIsAnError) {
  const GroupDirectory group = directory("v2", kUnifiedDialect, {"memory"});
  tree_.write("v2/job/memory.max", "9223372036854771712\n");  // a plain file keeps what is behind the written text
  std::string io_problem;
  const Status status = apply_cap(group,
                                  {.noun = "memory cap 64M",
                                   .controller = "memory",
                                   .file = "memory.max",
                                   .text = "67108864",
                                   .check_file = {},
                                   .expected = "67108864"},
                                  "/none", io_problem);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message(),
              HasSubstr("memory cap 64M: wrote 67108864 to memory.max, but memory.max says 67108864"));
}

TEST_F(JobCgroupTest, ASwapCapMayLackItsFileOnlyOnAHostWithoutSwap) {
  const GroupDirectory group = directory("v2", kUnifiedDialect, {"memory"});
  const CapWrite cap{.noun = "swap cap 0",
                     .controller = "memory",
                     .file = "memory.swap.max",
                     .text = "0",
                     .check_file = {},
                     .expected = "0",
                     .when_refused = WhenRefused::kErrorIfHostSwaps};
  std::string io_problem;
  tree_.write("no-swaps", "Filename Type Size Used Priority\n");
  tree_.write("swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 1000 0 -2\n");
  EXPECT_TRUE(apply_cap(group, cap, tree_.path("no-swaps"), io_problem));
  EXPECT_FALSE(apply_cap(group, cap, tree_.path("swaps"), io_problem));
}

TEST_F(JobCgroupTest, CpuListsAreComparedAsSets) {
  const GroupDirectory group = directory("v2", kUnifiedDialect, {"cpuset"});
  CapWrite cap{.noun = "cpuset 0,1",
               .controller = "cpuset",
               .file = "cpuset.cpus",
               .text = "0,1",
               .check_file = "cpuset.cpus.effective",
               .expected = "0,1",
               .read_back = ReadBack::kSameList};
  std::string io_problem;
  tree_.write("v2/job/cpuset.cpus", "");
  tree_.write("v2/job/cpuset.cpus.effective", "0-1\n");
  EXPECT_TRUE(apply_cap(group, cap, "/none", io_problem));
  tree_.write("v2/job/cpuset.cpus.effective", "0\n");
  EXPECT_FALSE(apply_cap(group, cap, "/none", io_problem));
}

TEST_F(JobCgroupTest, OomFailKillsTheGroupAsOne) {
  CgroupRequest request;
  request.limits.oom = OomPolicy::kFail;
  const auto caps = kUnifiedDialect.caps(request, {"memory"}, AT_FDCWD);
  ASSERT_TRUE(caps);
  ASSERT_EQ(caps->size(), 1U);
  EXPECT_EQ(caps->front().file, "memory.oom.group");
}

TEST_F(JobCgroupTest, V1CannotCapSwapAlone) {
  CgroupRequest request;
  request.limits.swap = mebibytes(1);
  const auto caps = kLegacyDialect.caps(request, {"memory"}, AT_FDCWD);
  ASSERT_FALSE(caps);
  EXPECT_THAT(caps.error().message(), HasSubstr("swap cap 1M"));
}

}  // namespace
}  // namespace hermetric
