/// Every limit, through the real executable: held by the kernel or the runner, and told apart in the report.

#include <algorithm>
#include <filesystem>

#include "runner/cli/testing/cli.hpp"

namespace hermetric {
namespace {

class Limit : public testing::Cli {
 protected:
  json ended(const std::vector<std::string>& options, const std::string& script, int code, const char* status) {
    json job = exec_report(options, {"sh", "-c", script}, code);
    EXPECT_EQ(job["outcome"]["status"], status) << job["outcome"];
    return job;
  }
};

constexpr const char* kBurn = "while :; do :; done";
constexpr const char* kEatMemory = "/usr/bin/python3 -c 'b\"x\"*200000000'";

/// As in a terminal: the group is not hermetric's alone, so it hands no controllers on.
TEST_F(Limit, MemoryIsCappedWhereTheGroupHoldsOtherProcesses) {
  const std::filesystem::path group = "/sys/fs/cgroup/hermetric-scope-" + std::to_string(::getpid());
  const std::filesystem::path controllers = "/sys/fs/cgroup/cgroup.controllers";
  HERMETRIC_NEED("cgroup2-controllers", testing::content_of(controllers).contains("memory"),
                 "cgroup2 has no memory controller here");
  std::filesystem::create_directory(group);
  const std::string enter = "echo $$ >" + (group / "cgroup.procs").string();
  call_as({"/bin/sh", "-c", enter + "; \"$@\"; exit $?", "sh", HERMETRIC_EXECUTABLE});  // the shell stays in it
  ended({"--memory", "64M"}, kEatMemory, 137, "out_of_memory");
  EXPECT_EQ(::rmdir(group.c_str()), 0) << "something is left in it";
}

TEST_F(Limit, CpuTimeEndsTheJobWhoeverUsesIt) {
  const json job =
      ended({"--cpu-time", "300ms", "--grace", "0ms"}, std::string(kBurn) + " & " + kBurn, 124, "cpu_time_exceeded");
  const double used = job["resources"]["cpu"]["usage_usec"];
  EXPECT_GE(used, 300'000);
  if (!testing::is_emulated()) {
    EXPECT_LE(used, 350'000);
  }
  ended({"--cpu-time", "10s"}, "true", 0, "passed");
}

TEST_F(Limit, CpuTimeIsPoliteFirst) {
  const std::string limit = testing::is_emulated() ? "2s" : "100ms";  // the shell must get as far as its trap
  const json job = ended({"--cpu-time", limit}, std::string("trap 'echo bye > said; exit 3' TERM; ") + kBurn, 124,
                         "cpu_time_exceeded");
  EXPECT_EQ(job["outcome"]["exit_code"], 3);
  EXPECT_EQ(job["resources"]["workspace"]["files_created"], 1);
}

TEST_F(Limit, GraceEndsWithSigkillToAll) {
  const std::string limit = testing::is_emulated() ? "2s" : "200ms";  // the shell must get as far as its trap
  const json job =
      ended({"--wall-time", limit, "--grace", "300ms"}, "trap '' TERM; sleep 20 & wait; sleep 20", 124, "timed_out");
  EXPECT_EQ(job["outcome"]["signal"], "SIGKILL");
  EXPECT_GE(job["resources"]["wall_usec"], 500'000);
  EXPECT_LE(job["resources"]["wall_usec"], testing::is_emulated() ? 5'000'000 : 1'500'000);
}

TEST_F(Limit, OutputLimitHoldsWhileTheJobWrites) {
  for (const char* writer : {"yes", "cat /dev/zero", "head -c 1G /dev/urandom"}) {
    const json job = ended({"--output-limit", "1M", "--stdout", path("big")}, writer, 124, "output_limit");
    EXPECT_EQ(job["output"]["stdout_bytes"], 1 << 20) << writer;
    EXPECT_EQ(job["output"]["truncated"], true) << writer;
    EXPECT_EQ(std::filesystem::file_size(path("big")), 1U << 20) << writer;
  }
  ended({"--output-limit", "1M", "--stdout", path("big")}, "head -c 1M /dev/zero", 0, "passed");
}

TEST_F(Limit, DiskCapIsTheKernels) {
  const json full = ended({"--disk", "16M"}, "head -c 64M /dev/zero > big", 124, "disk_limit");
  EXPECT_NEAR(full["resources"]["workspace"]["bytes_written"].get<double>(), 16 << 20, 1 << 20) << full["resources"];
  ended({"--disk", "16M"}, "head -c 12M /dev/zero > big", 0, "passed");
  ended({"--disk", "16M", "--scratch", "tmpfs"}, "head -c 64M /dev/zero > big", 124, "disk_limit");
  ended({"--disk", "16M"}, "head -c 64M /dev/zero > /tmp/big", 124, "disk_limit");
}

TEST_F(Limit, FilesAndTheirSizes) {
  ended({"--file-size", "1M"}, "head -c 2M /dev/zero > big", 153, "failed");  // 128 + SIGXFSZ, as the shell says it
  ended({"--open-files", "20"}, "test $(ulimit -n) = 20", 0, "passed");
}

TEST_F(Limit, OutOfMemoryIsTheKernelsWord) {
  EXPECT_GE(ended({"--memory", "64M"}, kEatMemory, 137, "out_of_memory")["resources"]["memory"]["oom_kills"], 1);
  ended({}, "kill -9 $$", 137, "signaled");
  ended({}, "exit 137", 137, "failed");
}

TEST_F(Limit, AChildKilledForMemoryInAJobThatPassesIsAWarning) {
  const json job = ended({"--memory", "64M"}, std::string(kEatMemory) + " || true", 0, "passed");
  EXPECT_GE(job["resources"]["memory"]["oom_kills"], 1);
  EXPECT_EQ(job["warnings"].size(), 1U) << job["warnings"];
}

TEST_F(Limit, OomFailEndsTheWholeJob) {
  const json job =
      ended({"--memory", "64M", "--oom", "fail"}, std::string(kEatMemory) + "; sleep 20", 137, "out_of_memory");
  EXPECT_LT(job["resources"]["wall_usec"], 10'000'000);
}

TEST_F(Limit, CpusAreARate) {
  const json job = ended({"--cpus", "0.1", "--wall-time", "1s", "--grace", "0ms"}, kBurn, 124, "timed_out");
  EXPECT_GT(job["resources"]["cpu"]["nr_throttled"], 0);
  if (!testing::is_emulated()) {
    EXPECT_NEAR(job["resources"]["cpu"]["usage_usec"].get<double>(), 100'000, 30'000);
  }
}

/// Two jobs that fight for one core get it as their weights say.
TEST_F(Limit, CpuWeightsShareACore) {
  if (testing::is_emulated()) GTEST_SKIP() << "emulated: no tolerance holds";
  const auto start_burner = [&](const std::string& name, const std::string& weight) {
    return start({"exec", "--cpuset", "0", "--cpu-weight", weight, "--wall-time", "3s", "--grace", "0ms", "--report",
                  path(name), "--", "sh", "-c", kBurn},
                 name);
  };
  const pid_t light = start_burner("light", "100"), heavy = start_burner("heavy", "300");
  EXPECT_EQ(finish(light, "light").code, 124);
  EXPECT_EQ(finish(heavy, "heavy").code, 124);
  const auto usage = [&](const std::string& name) {
    return checked_report(path(name))["jobs"][0]["resources"]["cpu"]["usage_usec"].get<double>();
  };
  EXPECT_NEAR(usage("heavy") / usage("light"), 3.0, 0.3);
}

TEST_F(Limit, WhatTheHostCannotIsRefusedWithTheReason) {
  const auto refused = [&](const std::vector<std::string>& options, const std::string& why) {
    std::vector<std::string> words = {"exec"};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"--", "true"});
    const testing::Finished done = hermetric(words);
    EXPECT_EQ(done.code, 125) << done.err;
    EXPECT_NE(done.err.find(why), std::string::npos) << done.err;
  };
  refused({"--cpuset", "4000"}, "cpuset");
  refused({"--io-max", "/dev/nothing:rbps=1M"}, "/dev/nothing");
  refused({"--cpus", "0.0001"}, "CPU");
}

/// A weight that no disk heeds is refused, by the word of `doctor`.
TEST_F(Limit, IoWeightsHoldOrAreRefused) {
  const json capabilities = json::parse(hermetric({"doctor", "--json"}).out)["capabilities"];
  const auto weight =
      std::ranges::find_if(capabilities, [](const json& capability) { return capability["name"] == "io_weight"; });
  ASSERT_NE(weight, capabilities.end()) << capabilities;
  if ((*weight)["available"] == true) GTEST_SKIP() << "a disk of this host heeds weights: " << *weight;
  const testing::Finished done = hermetric({"exec", "--io-weight", "200", "--", "true"});
  EXPECT_EQ(done.code, 125) << done.err;
  EXPECT_NE(done.err.find("IO weight 200"), std::string::npos) << done.err << *weight;
}

}  // namespace
}  // namespace hermetric
