#include "isolation/host/probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "isolation/sys/clock.hpp"

namespace hermetric {
namespace {

using ::testing::HasSubstr;

CgroupHierarchy hierarchy(bool unified, std::vector<std::string> controllers, std::string problem = "") {
  return {.unified = unified,
          .controllers = std::move(controllers),
          .mount_point = "/m",
          .base = "/m/own",
          .problem = std::move(problem)};
}

const ControllerSupport& find(const std::vector<ControllerSupport>& all, std::string_view name) {
  return *std::ranges::find_if(all, [&](const ControllerSupport& support) { return support.name == name; });
}

TEST(DescribeControllers, HybridNamesTheVersionOfEach) {
  const auto found = describe_controllers({hierarchy(false, {"memory"}), hierarchy(false, {"blkio"}, "/m is read-only"),
                                           hierarchy(false, {"cpu", "cpuacct"}), hierarchy(true, {"pids"})});
  EXPECT_EQ(find(found, "memory").version, "v1");
  EXPECT_TRUE(find(found, "cpu").capability.available);
  EXPECT_EQ(find(found, "pids").version, "v2");
  EXPECT_EQ(find(found, "io").capability.reason, "/m is read-only");
  EXPECT_EQ(find(found, "io").version, "v1");
  EXPECT_EQ(find(found, "cpuset").version, "");
  EXPECT_FALSE(find(found, "cpuset").capability.available);
  EXPECT_TRUE(find(found, "leaf").capability.available);
}

TEST(ProbeHost, FindsThisMachine) {
  const HostCapabilities host = probe_host();
  EXPECT_FALSE(host.kernel_release.empty());
  EXPECT_FALSE(host.architecture.empty());
  EXPECT_TRUE(host.kernel.has_value());
  EXPECT_EQ(static_cast<long>(host.online_cpus.size()), ::sysconf(_SC_NPROCESSORS_ONLN));
  EXPECT_GT(host.memory_total.value_or(Bytes{0}), mebibytes(64));
  EXPECT_TRUE(host.swap_total.has_value());
  EXPECT_EQ(host.namespaces.size(), 8U);
  EXPECT_EQ(host.controllers.size(), 6U);
}

TEST(ProbeHost, WhatCannotBeReadIsMissingWithAReason) {
  const HostCapabilities host = probe_host(
      {.proc = "/nowhere", .sys = "/nowhere", .online_cpus = "/nowhere", .cgroups = {.mountinfo = "/nowhere"}});
  EXPECT_EQ(host.cpu_model, std::nullopt);
  EXPECT_EQ(host.memory_total, std::nullopt);
  EXPECT_TRUE(host.online_cpus.empty());
  EXPECT_EQ(host.cgroup_layout, CgroupLayout::kNone);
  EXPECT_FALSE(host.root.available);
  EXPECT_THAT(host.overlay.remedy, HasSubstr("modprobe overlay"));
  for (const NamedCapability& space : host.namespaces) EXPECT_FALSE(space.capability.reason.empty()) << space.name;
}

/// Not a check of time: a figure for the curious, in the XML output.
TEST(ProbeHost, Cost) {
  constexpr int kRounds = 50;
  const Duration begin = monotonic_now();
  for (int i = 0; i < kRounds; ++i) (void)probe_host();
  RecordProperty("probe_usec", static_cast<int>((monotonic_now() - begin).count() / kRounds));
}

}  // namespace
}  // namespace hermetric
