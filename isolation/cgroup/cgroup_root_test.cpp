/// The drivers against this host's kernel: real groups, real processes. Everything runs twice: with what is mounted,
/// and as if cgroup2 were not, which makes a v1 host of a hybrid one.

#include "isolation/cgroup/testing/cgroup_root.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <thread>

#include "isolation/cgroup/block_device.hpp"
#include "isolation/cgroup/cgroup.hpp"
#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/cgroup/testing/contract.hpp"
#include "isolation/cgroup/testing/processes.hpp"
#include "isolation/sys/clock.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/testing/require.hpp"

namespace hermetric {
namespace {

using testing::burn_cpu;
using testing::CgroupRoot;
using testing::exists;
using testing::start_in;
using testing::touch_memory;
using testing::wait_for;

std::string read_trimmed(const std::string& path) { return std::string(trimmed(read_file(path).value_or(""))); }

INSTANTIATE_TEST_SUITE_P(Host, CgroupRoot, ::testing::Values("mounted", "v1"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST_P(CgroupRoot, MakesExactlyTheDirectoriesItAnnounces) {
  const auto group = create({});
  ASSERT_NE(group, nullptr);
  EXPECT_EQ(group->paths(), made_);
  for (const std::string& path : made_) EXPECT_TRUE(exists(path)) << path;
  ::hermetric::testing::expect_every_figure_explained(*group);
  EXPECT_EQ(group->populated().value_or(true), false);
  EXPECT_TRUE(group->remove());
}

TEST_P(CgroupRoot, AnExistingDirectoryIsAnError) {
  const std::string name = fresh_name();
  made_ = driver_->paths_of(name, {});
  const auto first = driver_->create(name, {});
  ASSERT_TRUE(first) << first.error().message();
  const auto second = driver_->create(name, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().error_number(), EEXIST);
  for (const std::string& path : made_) EXPECT_TRUE(exists(path)) << "the first owner's " << path << " was removed";
}

TEST_P(CgroupRoot, CapsAreInTheKernel) {
  CgroupRequest request;
  request.limits.memory = Bytes{mebibytes(64).count + 100};
  request.limits.pids = 10;
  request.limits.cpus = 0.5;
  request.limits.cpu_weight = 200;
  request.limits.cpuset = "0";
  request.limits.cpuset_mems = "0";
  const auto group = create(request);
  ASSERT_NE(group, nullptr);
  std::size_t seen = 0;
  for (const std::string& path : group->paths())
    for (const auto& [file, value] :
         std::initializer_list<std::pair<const char*, const char*>>{{"memory.limit_in_bytes", "67108864"},
                                                                    {"memory.memsw.limit_in_bytes", "67108864"},
                                                                    {"memory.max", "67108864"},
                                                                    {"memory.swap.max", "0"},
                                                                    {"pids.max", "10"},
                                                                    {"cpu.cfs_quota_us", "50000"},
                                                                    {"cpu.max", "50000 100000"},
                                                                    {"cpu.shares", "2048"},
                                                                    {"cpu.weight", "200"},
                                                                    {"cpuset.cpus", "0"},
                                                                    {"cpuset.mems", "0"}})
      if (exists(path + "/" + file)) {
        ++seen;
        EXPECT_EQ(read_trimmed(path + "/" + file), value) << file;
      }
  EXPECT_GE(seen, 6U);
}

TEST_P(CgroupRoot, IoCapsAreReadBackOrRefusedWithTheirName) {
  const auto disk = disk_below("/");
  HERMETRIC_NEED("disk", disk.has_value(), "/ lies on no disk of its own");
  CgroupRequest request;
  request.limits.io_max = {{.device = *disk,
                            .read_bytes_per_second = mebibytes(512).count,
                            .write_bytes_per_second = std::nullopt,
                            .read_ops_per_second = std::nullopt,
                            .write_ops_per_second = 100'000}};
  request.limits.io_weight = 200;
  const auto group = try_create(request);
  if (!group) std::printf("refused here: %s\n", group.error().message().c_str());
  EXPECT_TRUE(group || group.error().message().starts_with("IO "));
  request.limits.io_max.front().device = "/dev/null";
  EXPECT_FALSE(try_create(request));
}

TEST_P(CgroupRoot, AnImpossibleCapIsRefusedAndLeavesNothing) {
  CgroupRequest request;
  request.limits.cpuset = "4000";
  const auto group = try_create(request);
  ASSERT_FALSE(group);
  EXPECT_NE(group.error().message().find("cpuset 4000"), std::string::npos) << group.error().message();
  request.limits.cpuset = "0";
  request.limits.cpuset_mems = "1000";
  const auto far = try_create(request);
  ASSERT_FALSE(far);
  EXPECT_NE(far.error().message().find("memory nodes 1000"), std::string::npos) << far.error().message();
}

TEST_P(CgroupRoot, CountsCpuTimeOfTheDead) {
  const auto group = create({});
  ASSERT_NE(group, nullptr);
  // A double-forked process that nobody waits for counts as well.
  ASSERT_EQ(wait_for(start_in(group->entry(),
                              [] {
                                if (::fork() == 0) {
                                  burn_cpu(std::chrono::milliseconds(100));
                                  ::_exit(0);
                                }
                                burn_cpu(std::chrono::milliseconds(100));
                              })),
            0);
  for (int i = 0; i < 2000 && group->populated().value_or(false); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ResourceUsage usage;
  group->read_usage(usage);
  ASSERT_TRUE(usage.cpu.usage_usec.known()) << usage.cpu.usage_usec.note;
  if (!testing::is_emulated()) {
    EXPECT_NEAR(static_cast<double>(*usage.cpu.usage_usec.value), 200'000, 10'000);
  }
  EXPECT_GT(*usage.cpu.usage_usec.value, 0U);
  ASSERT_TRUE(usage.cpu.user_usec.known() && usage.cpu.system_usec.known());
  EXPECT_NEAR(static_cast<double>(*usage.cpu.user_usec.value + *usage.cpu.system_usec.value),
              static_cast<double>(*usage.cpu.usage_usec.value), 10);
  EXPECT_EQ(usage.cpu.nr_periods, Measured::missing("no CPU cap, nothing to throttle"));
}

TEST_P(CgroupRoot, CountsThrottlingUnderACap) {
  CgroupRequest request;
  request.limits.cpus = 0.05;  // less than a core gives even beside ten others
  const auto group = create(request);
  ASSERT_NE(group, nullptr);
  // Until it has been throttled: an emulated CPU that gets no time of its host burns whole periods at once.
  const pid_t burner = start_in(group->entry(), [] { burn_cpu(std::chrono::minutes(1)); });
  ResourceUsage usage;
  for (int i = 0; i < 600 && usage.cpu.throttled_usec.value.value_or(0) < 50'000; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    usage = {};
    group->read_usage(usage);
  }
  ::kill(burner, SIGKILL);
  EXPECT_EQ(wait_for(burner), SIGKILL);
  EXPECT_GE(usage.cpu.nr_throttled.value.value_or(0), 1U) << usage.cpu.nr_throttled.note;
  EXPECT_GE(usage.cpu.throttled_usec.value.value_or(0), 50'000U) << usage.cpu.throttled_usec.note;
}

TEST_P(CgroupRoot, KeepsTheMemoryPeakAndThePeakOfProcesses) {
  const auto group = create({});
  ASSERT_NE(group, nullptr);
  ASSERT_EQ(wait_for(start_in(group->entry(), [] { touch_memory(mebibytes(64)); })), 0);
  ResourceUsage usage;
  group->read_usage(usage);
  ASSERT_TRUE(usage.memory.peak_bytes.known()) << usage.memory.peak_bytes.note;
  const auto peak = static_cast<double>(*usage.memory.peak_bytes.value);
  const auto asked = static_cast<double>(mebibytes(64).count);
  EXPECT_GE(peak, asked);
  EXPECT_LE(peak, asked * 1.02 + 1024 * 1024);
  EXPECT_EQ(usage.memory.oom_kills.value, 0U) << usage.memory.oom_kills.note;
  EXPECT_EQ(usage.pids.peak.value.value_or(1), 1U);
}

TEST_P(CgroupRoot, AMemoryCapKillsAndIsCounted) {
  CgroupRequest request;
  request.limits.memory = mebibytes(16);
  const auto group = create(request);
  ASSERT_NE(group, nullptr);
  const int status = wait_for(start_in(group->entry(), [] { touch_memory(mebibytes(64)); }));
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  ResourceUsage usage;
  group->read_usage(usage);
  EXPECT_EQ(usage.memory.oom_kills.value, 1U) << usage.memory.oom_kills.note;
  EXPECT_LE(usage.memory.peak_bytes.value.value_or(0), mebibytes(16).count);
}

TEST_P(CgroupRoot, CountsWhatGoesToTheDisk) {
  std::string file = "/var/tmp/hermetric-cgroup-test-" + std::to_string(::getpid());
  const auto disk = disk_below("/var/tmp");
  HERMETRIC_NEED("disk", disk.has_value(), "/var/tmp lies on no disk of its own");
  const auto group = create({.limits = {}, .io_devices = {*disk}});
  ASSERT_NE(group, nullptr);
  const int status = wait_for(start_in(group->entry(), [&] {
    void* block = ::mmap(nullptr, 1U << 20U, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_DIRECT | O_CLOEXEC, 0600);
    for (int i = 0; i < 8; ++i)
      if (::write(fd, block, 1U << 20U) != 1 << 20) ::_exit(97);
  }));
  ::unlink(file.c_str());
  ASSERT_EQ(status, 0);
  ResourceUsage usage;
  group->read_usage(usage);
  ASSERT_TRUE(usage.io.write_bytes.known()) << usage.io.write_bytes.note;
  EXPECT_NEAR(static_cast<double>(*usage.io.write_bytes.value), 8.0 * (1 << 20), 64 * 1024);
  EXPECT_GE(usage.io.write_ops.value.value_or(0), 8U);
}

TEST_P(CgroupRoot, ADiskThatCannotBeCountedIsAReasonNotAFailure) {
  const auto group = create({.limits = {}, .io_devices = {"0:4000"}});
  ASSERT_NE(group, nullptr);
  ResourceUsage usage;
  group->read_usage(usage);
  if (driver_->layout() != CgroupLayout::kV2) {
    EXPECT_FALSE(usage.io.read_bytes.known());
  }
}

TEST_P(CgroupRoot, KillEndsStoppedAndFrozenMembers) {
  const auto group = create({});
  ASSERT_NE(group, nullptr);
  const pid_t stopped = start_in(group->entry(), [] { ::raise(SIGSTOP); });
  const pid_t frozen = start_in(group->entry(), [] {
    for (;;) ::pause();
  });
  int status = 0;
  ASSERT_EQ(::waitpid(stopped, &status, WUNTRACED), stopped);
  EXPECT_TRUE(group->freeze(true));
  EXPECT_EQ(group->populated().value_or(false), true);
  EXPECT_TRUE(group->kill());
  for (const pid_t pid : {stopped, frozen}) EXPECT_TRUE(WIFSIGNALED(wait_for(pid)));
  const Status removed = group->remove();
  EXPECT_TRUE(removed) << removed.error().message();
}

TEST_P(CgroupRoot, TheDestructorEndsAndRemovesWhatIsLeft) {
  pid_t pid = -1;
  {
    const auto group = create({});
    ASSERT_NE(group, nullptr);
    pid = start_in(group->entry(), [] {
      for (;;) ::pause();
    });
  }
  EXPECT_TRUE(WIFSIGNALED(wait_for(pid)));
}

TEST_P(CgroupRoot, RemovalWaitsForTheLastMember) {
  const auto group = create({});
  ASSERT_NE(group, nullptr);
  const pid_t pid = start_in(group->entry(), [] { ::usleep(100'000); });
  const Status removed = group->remove();
  EXPECT_TRUE(removed) << removed.error().message();
  EXPECT_EQ(wait_for(pid), 0);
}

TEST_P(CgroupRoot, SamplesARunningGroup) {
  const auto group = create({});
  ASSERT_NE(group, nullptr);
  const pid_t pid = start_in(group->entry(), [] {
    touch_memory(mebibytes(8));
    ::raise(SIGSTOP);
  });
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, WUNTRACED), pid);
  const CgroupSample sample = group->sample();
  EXPECT_GT(sample.cpu_usage_usec.value_or(0), 0U);
  EXPECT_GE(sample.memory_bytes.value_or(0), mebibytes(8).count);
  EXPECT_GE(sample.anon_bytes.value_or(0), mebibytes(7).count);
  EXPECT_TRUE(group->kill());
  (void)wait_for(pid);
}

/// A hermetric inside a job's group is in the way of its own groups: it moves itself aside, and back at the end.
TEST_P(CgroupRoot, MovesItselfAsideWhereTheGroupIsItsOwn) {
  CgroupRequest request;
  request.limits.memory = mebibytes(256);
  const auto group = create(request);
  ASSERT_NE(group, nullptr);
  const std::string leaf = group->paths().back();
  HERMETRIC_NEED("cgroup2-controllers", exists(leaf + "/memory.max"), "cgroup2 has no memory controller here");
  const int status = wait_for(start_in(group->entry(), [&] {
    {
      const auto driver = find_cgroups();
      if (!driver) ::_exit(1);
      const auto inner = (*driver)->create("inner", request);
      if (!inner) ::_exit(2);
      if (!exists(leaf + "/inner/memory.max")) ::_exit(3);
    }
    if (exists(leaf + "/inner") || read_trimmed(leaf + "/cgroup.procs").empty()) ::_exit(4);
  }));
  EXPECT_EQ(status, 0) << WEXITSTATUS(status);
}

/// Not a check of time: prints what a job pays, for the curious.
TEST_P(CgroupRoot, CostOfAGroup) {
  constexpr int kRounds = 50;
  CgroupRequest request;
  request.limits.memory = mebibytes(64);
  request.limits.pids = 100;
  request.io_devices = {disk_below("/").value_or("254:0")};
  std::array<Duration, 3> cost{};
  for (int i = 0; i < kRounds; ++i) {
    const Duration begin = monotonic_now();
    const auto group = create(request);
    ASSERT_NE(group, nullptr);
    const Duration made = monotonic_now();
    ResourceUsage usage;
    group->read_usage(usage);
    const Duration read = monotonic_now();
    ASSERT_TRUE(group->remove());
    cost[0] += made - begin;
    cost[1] += read - made;
    cost[2] += monotonic_now() - read;
  }
  RecordProperty("create_usec", static_cast<int>(cost[0].count() / kRounds));
  RecordProperty("read_usec", static_cast<int>(cost[1].count() / kRounds));
  RecordProperty("remove_usec", static_cast<int>(cost[2].count() / kRounds));
}

}  // namespace
}  // namespace hermetric
