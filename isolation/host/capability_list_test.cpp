#include "isolation/host/capability_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <set>

namespace hermetric {
namespace {

using ::testing::HasSubstr;

TEST(CapabilityList, EachIsAvailableOrSaysWhyNot) {
  std::set<std::string> names;
  for (const NamedCapability& each : list_capabilities(probe_host())) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_EQ(each.capability.available, each.capability.reason.empty()) << each.name;
  }
  for (const char* name : {"root", "overlay", "cgroup_kill", "pressure", "hardware_counters", "io_weight",
                           "exclusive_cores", "namespace_net"})
    EXPECT_TRUE(names.contains(name)) << name;
}

TEST(CapabilityList, OnAHostThatTellsNothing) {
  const HostPaths nowhere{
      .proc = "/nowhere", .sys = "/nowhere", .online_cpus = "/nowhere", .cgroups = {.mountinfo = "/nowhere"}};
  for (const NamedCapability& each : list_capabilities(probe_host(nowhere), nowhere)) {
    if (each.name == "hardware_counters") continue;  // asks the kernel itself
    if (each.name == "idmapped_layers" || each.name == "clone_into_cgroup" || each.name == "cgroup_kill") continue;
    EXPECT_FALSE(each.capability.available) << each.name;
    EXPECT_FALSE(each.capability.reason.empty()) << each.name;
  }
}

TEST(HardwareCounters, ByWhatTheKernelAnswers) {
  EXPECT_TRUE(describe_counters(0, "2").available);
  EXPECT_THAT(describe_counters(ENOENT, "2").remedy, HasSubstr("PMU"));
  EXPECT_THAT(describe_counters(EACCES, "4").reason, HasSubstr("kernel.perf_event_paranoid is 4"));
  EXPECT_THAT(describe_counters(ENOSYS, std::nullopt).reason, HasSubstr("Function not implemented"));
  for (const int error : {ENOENT, EACCES, EPERM, ENOSYS}) EXPECT_FALSE(describe_counters(error, {}).available) << error;
}

TEST(IoWeight, NeedsTheSchedulerOrTheCostModel) {
  const ControllerSupport v1{.name = "io", .version = "v1", .capability = {.available = true}};
  const ControllerSupport v2{.name = "io", .version = "v2", .capability = {.available = true}};
  const ControllerSupport none{
      .name = "io", .version = "", .capability = {.available = false, .reason = "no hierarchy", .remedy = "mount one"}};
  EXPECT_EQ(describe_io_weight(none, {{"sda", "bfq"}}, "8:0 enable=1\n"), none.capability);
  EXPECT_TRUE(describe_io_weight(v1, {{"sda", "none"}, {"sdb", "bfq"}}, "").available);
  EXPECT_EQ(describe_io_weight(v1, {{"sda", "none"}, {"sdb", "kyber"}}, "").reason,
            "no disk uses the BFQ scheduler: sda none, sdb kyber");
  EXPECT_EQ(describe_io_weight(v1, {}, "").reason, "no disk uses the BFQ scheduler");
  EXPECT_TRUE(describe_io_weight(v2, {}, "8:0 enable=1 ctrl=auto\n").available);
  EXPECT_THAT(describe_io_weight(v2, {{"sda", "bfq"}}, "8:0 enable=0\n").reason, HasSubstr("io.cost is not enabled"));
}

}  // namespace
}  // namespace hermetric
