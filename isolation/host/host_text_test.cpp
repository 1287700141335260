#include "isolation/host/host_text.hpp"

#include <gtest/gtest.h>

namespace hermetric {
namespace {

TEST(KernelRelease, MajorAndMinor) {
  EXPECT_EQ(parse_kernel_release("6.18.44-fc-v509"), (KernelVersion{6, 18}));
  EXPECT_EQ(parse_kernel_release("5.19-rc1"), (KernelVersion{5, 19}));
  EXPECT_LT(*parse_kernel_release("5.4.0"), *parse_kernel_release("5.19.0"));
  for (const char* junk : {"", "6", "6.", ".1", "six.one", "-6.1"})
    EXPECT_EQ(parse_kernel_release(junk), std::nullopt) << junk;
}

TEST(CpuModel, KeysOfSeveralArchitectures) {
  EXPECT_EQ(parse_cpu_model("processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC 9R14\n"),
            "AMD EPYC 9R14");
  EXPECT_EQ(parse_cpu_model("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n"), "POWER9, altivec supported");
  EXPECT_EQ(parse_cpu_model("processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n"), std::nullopt);
  EXPECT_EQ(parse_cpu_model(""), std::nullopt);
}

TEST(Meminfo, IsInKibibytes) {
  constexpr std::string_view kText =
      "MemTotal:       24684100 kB\nMemFree:  1 kB\nSwapTotal:             0 kB\nBad: 3\n";
  EXPECT_EQ(parse_meminfo(kText, "MemTotal"), kibibytes(24684100));
  EXPECT_EQ(parse_meminfo(kText, "SwapTotal"), Bytes{0});
  EXPECT_EQ(parse_meminfo(kText, "Bad"), std::nullopt);
  EXPECT_EQ(parse_meminfo(kText, "Mem"), std::nullopt);
}

TEST(EffectiveCapabilities, AreHexadecimal) {
  EXPECT_EQ(parse_effective_capabilities("Name:\tx\nCapPrm:\t0\nCapEff:\t000001ffffffffff\n"), 0x1ffffffffffU);
  EXPECT_EQ(parse_effective_capabilities("CapEff:\tzz\n"), std::nullopt);
  EXPECT_EQ(parse_effective_capabilities("CapPrm:\t1\n"), std::nullopt);
}

TEST(StatusList, IsACpuset) {
  constexpr std::string_view kText = "Cpus_allowed:\t3\nCpus_allowed_list:\t0-1,4\nMems_allowed_list:\t0\n";
  EXPECT_EQ(parse_status_list(kText, "Cpus_allowed_list"), (std::vector<unsigned>{0, 1, 4}));
  EXPECT_EQ(parse_status_list(kText, "Mems_allowed_list"), (std::vector<unsigned>{0}));
  EXPECT_EQ(parse_status_list(kText, "Nodes"), std::nullopt);
}

TEST(LoadAverageText, HundredthsAndTasksThatRun) {
  EXPECT_EQ(parse_loadavg("6.94 4.68 2.70 10/131 8124\n"), (LoadAverage{694, 10}));
  EXPECT_EQ(parse_loadavg("0.05 0.00 0.00 1/131 8124\n"), (LoadAverage{5, 1}));
  for (const char* junk : {"", "1 2 3", "x.94 1 1 1/2 3", "1.9 1 1 1/2 3", "1.94 1 1 1 3", "1.9x 1 1 1/2 3"})
    EXPECT_EQ(parse_loadavg(junk), std::nullopt) << junk;
}

TEST(CpuTicksText, BusyAndStolen) {
  EXPECT_EQ(parse_cpu_ticks("cpu  100 20 30 4000 500 6 7 88 9 1\ncpu0 1 1 1 1 1 1 1 1 1 1\n"), (CpuTicks{163, 88}));
  EXPECT_EQ(parse_cpu_ticks("cpu  100 20 30 4000 500 6 7\n"), (CpuTicks{163, std::nullopt}));
  for (const char* junk : {"", "cpu", "cpu0 1 2 3 4 5 6 7 8\n", "cpu  1 2 3 4 5 6 x 8\n"})
    EXPECT_EQ(parse_cpu_ticks(junk), std::nullopt) << junk;
}

TEST(Filesystems, WithAndWithoutNodev) {
  constexpr std::string_view kText = "nodev\tsysfs\nnodev\toverlay\n\text4\n";
  EXPECT_TRUE(lists_filesystem(kText, "overlay"));
  EXPECT_TRUE(lists_filesystem(kText, "ext4"));
  EXPECT_FALSE(lists_filesystem(kText, "over"));
  EXPECT_FALSE(lists_filesystem("", "overlay"));
}

}  // namespace
}  // namespace hermetric
