#include "isolation/cgroup/cgroup_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace hermetric {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kIoStat =
    "8:0 rbytes=1000 wbytes=2000 rios=3 wios=4 dbytes=0 dios=0\n"
    "254:0 rbytes=1 wbytes=2 rios=1 wios=1 dbytes=0 dios=0\n"
    "7:0 \n";
constexpr std::string_view kBlkio =
    "7:0 Read 8388608\n7:0 Write 4096\n7:0 Sync 8392704\n7:0 Async 0\n7:0 Discard 0\n7:0 Total 8392704\n"
    "254:0 Read 512\n254:0 Write 0\n254:0 Total 512\nTotal 8393216\n";
constexpr std::string_view kPressure =
    "some avg10=0.12 avg60=0.00 avg300=0.00 total=123456\n"
    "full avg10=0.00 avg60=0.00 avg300=0.00 total=789\n";
constexpr std::string_view kCpuStat =
    "usage_usec 314159\nuser_usec 200000\nsystem_usec 114159\nnice_usec 0\nnr_periods 7\nnr_throttled 2\n"
    "throttled_usec 1500\n";

TEST(SelfCgroup, HybridHasAPathPerController) {
  const auto memberships = parse_self_cgroup(
      "9:name=systemd:/\n4:memory:/process_api/272f\n2:cpu,cpuacct:/user.slice\n1:devices:/a:b\n0::/\n");
  ASSERT_EQ(memberships.size(), 5U);
  EXPECT_THAT(memberships[0].controllers, ElementsAre("name=systemd"));
  EXPECT_EQ(memberships[1].path, "/process_api/272f");
  EXPECT_THAT(memberships[2].controllers, ElementsAre("cpu", "cpuacct"));
  EXPECT_EQ(memberships[3].path, "/a:b");
  EXPECT_THAT(memberships[4].controllers, IsEmpty());
}

TEST(SelfCgroup, JunkLinesAreLeftOut) {
  const auto memberships = parse_self_cgroup("\nx\n1:2\n:::\nx::/\n1:memory:relative\n0::/user.slice/run-1.scope\n\0");
  ASSERT_EQ(memberships.size(), 1U);
  EXPECT_EQ(memberships[0].path, "/user.slice/run-1.scope");
}

TEST(Single, NumbersAndMax) {
  EXPECT_EQ(parse_single("4096\n"), 4096U);
  EXPECT_EQ(parse_single("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_single("max\n"), kCgroupMax);
  EXPECT_EQ(parse_single(""), std::nullopt);
  EXPECT_EQ(parse_single("-1\n"), std::nullopt);
  EXPECT_EQ(parse_single("12 13"), std::nullopt);
  EXPECT_EQ(parse_single("18446744073709551616"), std::nullopt);
}

TEST(Flat, FindsWholeKeys) {
  EXPECT_EQ(parse_flat(kCpuStat, "usage_usec"), 314159U);
  EXPECT_EQ(parse_flat(kCpuStat, "throttled_usec"), 1500U);
  EXPECT_EQ(parse_flat("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n", "oom_kill"), 3U);
  EXPECT_EQ(parse_flat("low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\noom_group_kill 0\n", "oom_kill"), 1U);
  EXPECT_EQ(parse_flat(kCpuStat, "usage"), std::nullopt);
  EXPECT_EQ(parse_flat("usage_usec\nusage_usec x\n", "usage_usec"), std::nullopt);
  EXPECT_EQ(parse_flat("", "usage_usec"), std::nullopt);
}

TEST(IoStat, SumsOverDevices) {
  EXPECT_EQ(parse_io_stat(kIoStat, "rbytes"), 1001U);
  EXPECT_EQ(parse_io_stat(kIoStat, "wios"), 5U);
  EXPECT_EQ(parse_io_stat("", "rbytes"), 0U);
  EXPECT_EQ(parse_io_stat("junk\n", "rbytes"), std::nullopt);
  EXPECT_EQ(parse_io_stat("8:0 rbytes=x\n", "rbytes"), std::nullopt);
}

TEST(Blkio, SumsOverDevicesAndKnowsWhenNothingCounts) {
  EXPECT_EQ(parse_blkio(kBlkio, "Read"), 8389120U);
  EXPECT_EQ(parse_blkio(kBlkio, "Write"), 4096U);
  EXPECT_EQ(parse_blkio("7:0 Read 0\n7:0 Total 0\nTotal 0\n", "Read"), 0U);
  EXPECT_EQ(parse_blkio("Total 0\n", "Read"), std::nullopt);
  EXPECT_EQ(parse_blkio("7:0 Read many\n", "Read"), std::nullopt);
}

TEST(Pressure, TotalsOfEachLine) {
  EXPECT_EQ(parse_pressure(kPressure, "some"), 123456U);
  EXPECT_EQ(parse_pressure(kPressure, "full"), 789U);
  EXPECT_EQ(parse_pressure("some avg10=0.00 total=5\n", "full"), std::nullopt);
  EXPECT_EQ(parse_pressure("some avg10=0.00\n", "some"), std::nullopt);
}

TEST(Pids, ZeroIsAForeignProcess) {
  EXPECT_THAT(parse_pids("1\n0\n42\nx\n-7\n"), ElementsAre(1, 42));
  EXPECT_THAT(parse_pids(""), IsEmpty());
}

TEST(CpuList, RangesAndJunk) {
  EXPECT_THAT(*parse_cpu_list("0-3,7\n"), ElementsAre(0, 1, 2, 3, 7));
  EXPECT_THAT(*parse_cpu_list("7,0-1,1"), ElementsAre(0, 1, 7));
  EXPECT_THAT(*parse_cpu_list("\n"), IsEmpty());
  EXPECT_EQ(parse_cpu_list("3-1"), std::nullopt);
  EXPECT_EQ(parse_cpu_list("0-4294967295"), std::nullopt);
  EXPECT_EQ(parse_cpu_list("a"), std::nullopt);
  EXPECT_EQ(parse_cpu_list("1-"), std::nullopt);
}

/// Cut anywhere and with any byte changed, a text is at worst missing.
TEST(Parsers, SurviveMutilatedTexts) {
  std::mt19937 random(1);
  for (const std::string_view original : {kIoStat, kBlkio, kPressure, kCpuStat}) {
    for (int round = 0; round < 2000; ++round) {
      std::string text(original.substr(0, random() % (original.size() + 1)));
      if (!text.empty()) text[random() % text.size()] = static_cast<char>(random() % 256);
      (void)parse_io_stat(text, "rbytes");
      (void)parse_blkio(text, "Read");
      (void)parse_pressure(text, "some");
      (void)parse_flat(text, "usage_usec");
      (void)parse_single(text);
      (void)parse_self_cgroup(text);
      (void)parse_pids(text);
      (void)parse_cpu_list(text);
    }
  }
}

TEST(ChoiceInForce, StandsInBrackets) {
  EXPECT_EQ(parse_choice_in_force("always [madvise] never\n"), "madvise");
  EXPECT_EQ(parse_choice_in_force("none [mq-deadline] kyber bfq \n"), "mq-deadline");
  EXPECT_EQ(parse_choice_in_force("none\n"), std::nullopt);
  EXPECT_EQ(parse_choice_in_force("]["), std::nullopt);
  EXPECT_EQ(parse_choice_in_force("[]"), std::nullopt);
}

}  // namespace
}  // namespace hermetric
