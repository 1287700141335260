#include "isolation/host/noise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "isolation/sys/testing/temporary_directory.hpp"

namespace hermetric {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FakeNoise : public ::testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) { files_.write(path, text); }
  [[nodiscard]] NoisePaths paths() const { return {.proc = files_.path("proc"), .sys = files_.path("sys")}; }

 private:
  ::hermetric::testing::TemporaryDirectory files_;
};

TEST_F(FakeNoise, ReadsSettings) {
  write("sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "powersave\n");
  write("sys/devices/system/cpu/cpufreq/policy1/scaling_governor", "performance\n");
  write("sys/devices/system/cpu/cpufreq/policy0/scaling_driver", "intel_pstate\n");
  write("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
  write("sys/devices/system/cpu/smt/active", "1\n");
  write("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
  write("proc/sys/kernel/randomize_va_space", "2\n");
  write("sys/block/sda/device/model", "x");
  write("sys/block/sda/queue/scheduler", "none [mq-deadline] bfq\n");
  write("sys/block/nvme0n1/device/model", "x");
  write("sys/block/nvme0n1/queue/scheduler", "none\n");
  write("sys/block/loop0/queue/scheduler", "[none]\n");
  const HostSettings settings = look_at_settings(paths());
  EXPECT_EQ(settings.governor, Setting::of("performance,powersave"));
  EXPECT_EQ(settings.frequency_driver, Setting::of("intel_pstate"));
  EXPECT_EQ(settings.turbo, Setting::of("on"));
  EXPECT_EQ(settings.smt, Setting::of("on"));
  EXPECT_EQ(settings.transparent_hugepages, Setting::of("always"));
  EXPECT_EQ(settings.aslr, Setting::of("full"));
  EXPECT_THAT(settings.io_schedulers, ElementsAre(std::pair("nvme0n1", "none"), std::pair("sda", "mq-deadline")));
  write("sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
  EXPECT_EQ(look_at_settings(paths()).turbo, Setting::of("off"));
}

TEST_F(FakeNoise, AmdBoostIsTurboToo) {
  write("sys/devices/system/cpu/cpufreq/boost", "1\n");
  EXPECT_EQ(look_at_settings(paths()).turbo, Setting::of("on"));
}

TEST_F(FakeNoise, WhatIsNotThereIsMissingWithAReason) {
  write("proc/sys/kernel/randomize_va_space", "9\n");
  const HostSettings settings = look_at_settings(paths());
  for_each_setting(settings, [](const char* key, const Setting& setting) {
    EXPECT_FALSE(setting.value) << key;
    EXPECT_NE(setting, Setting()) << key << " was not looked at";
    EXPECT_FALSE(setting.reason.empty()) << key;
  });
  EXPECT_THAT(settings.aslr.reason, HasSubstr("says \"9\""));
  const HostActivity activity = look_at_activity(paths());
  for_each_activity(activity, [](const char* key, const Measured& figure) {
    EXPECT_FALSE(figure.known()) << key;
    EXPECT_NE(figure, Measured()) << key << " was not looked at";
  });
}

TEST_F(FakeNoise, ReadsActivity) {
  write("proc/loadavg", "1.25 0.50 0.10 3/131 8124\n");
  write("proc/stat", "cpu  100 0 50 4000 500 0 0 7 0 0\n");
  write("proc/vmstat", "nr_free_pages 1\npswpin 2\npswpout 3\n");
  for (const std::string cpu : {"cpu0", "cpu1"}) {
    write("sys/devices/system/cpu/" + cpu + "/thermal_throttle/core_throttle_count", "4\n");
    write("sys/devices/system/cpu/" + cpu + "/thermal_throttle/package_throttle_count", "5\n");
  }
  write("sys/devices/system/cpu/cpufreq/thermal_throttle/core_throttle_count", "1000\n");
  const HostActivity activity = look_at_activity(paths());
  const auto tick = 1'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  EXPECT_EQ(activity.load_hundredths.value, 125U);
  EXPECT_EQ(activity.running_tasks.value, 3U);
  EXPECT_EQ(activity.cpu_busy_usec.value, 150 * tick);
  EXPECT_EQ(activity.cpu_steal_usec.value, 7 * tick);
  EXPECT_EQ(activity.core_throttles.value, 8U);
  EXPECT_EQ(activity.package_throttles.value, 10U);
  EXPECT_EQ(activity.swap_in_bytes.value, 2 * page);
  EXPECT_EQ(activity.swap_out_bytes.value, 3 * page);
}

TEST(Noise, OfThisMachineIsKnownOrHasAReason) {
  const HostSettings settings = look_at_settings();
  for_each_setting(settings, [](const char* key, const Setting& setting) {
    EXPECT_NE(setting.value.has_value(), !setting.reason.empty()) << key;
  });
  const HostActivity activity = look_at_activity();
  EXPECT_TRUE(activity.load_hundredths.known());
  EXPECT_GE(activity.running_tasks.value.value_or(0), 1U);
  EXPECT_GT(activity.cpu_busy_usec.value.value_or(0), 0U);
}

TEST(NoiseWarnings, OfSettings) {
  HostSettings quiet;
  quiet.governor = Setting::of("performance");
  quiet.turbo = quiet.smt = Setting::of("off");
  quiet.transparent_hugepages = Setting::of("madvise");
  EXPECT_THAT(warnings_of(quiet), IsEmpty());
  EXPECT_THAT(warnings_of(HostSettings{}), IsEmpty()) << "unknown is not bad";
  HostSettings loud;
  loud.governor = Setting::of("powersave");
  loud.turbo = loud.smt = Setting::of("on");
  loud.transparent_hugepages = Setting::of("always");
  EXPECT_THAT(warnings_of(loud), ElementsAre(HasSubstr("governor powersave"), HasSubstr("turbo is on"),
                                             HasSubstr("SMT is on"), HasSubstr("huge pages")));
  EXPECT_THAT(warnings_of_change(quiet, loud),
              ElementsAre("governor changed from performance to powersave during the run",
                          "turbo changed from off to on during the run", "smt changed from off to on during the run",
                          "transparent_hugepages changed from madvise to always during the run"));
  EXPECT_THAT(warnings_of_change(quiet, HostSettings{}), IsEmpty());
}

Measured count(std::uint64_t value) { return Measured::of(value, "test"); }

TEST(NoiseWarnings, OfLoadBefore) {
  HostActivity before;
  EXPECT_THAT(warnings_before(before), IsEmpty());
  before.load_hundredths = count(49);
  EXPECT_THAT(warnings_before(before), IsEmpty());
  before.load_hundredths = count(694);
  EXPECT_THAT(warnings_before(before),
              ElementsAre("the load average was 6.94 at the first look: other programs compete with the jobs"));
}

NoiseSpan quiet_span() {
  NoiseSpan span{.before = {}, .after = {}, .wall = seconds(10), .own_cpu = seconds(20), .cpus = 4};
  for_each_activity(span.before, [](const char*, Measured& figure) { figure = count(1'000'000); });
  span.after = span.before;
  span.after.cpu_busy_usec = count(21'000'000);  // 20 s, all of it hermetric's and its jobs'
  return span;
}

TEST(NoiseWarnings, DuringAQuietRunThereAreNone) {
  EXPECT_THAT(warnings_during(quiet_span()), IsEmpty());
  EXPECT_THAT(warnings_during(NoiseSpan{}), IsEmpty()) << "nothing is known, and no time has passed";
}

TEST(NoiseWarnings, DuringTheRun) {
  NoiseSpan span = quiet_span();
  span.after.cpu_steal_usec = count(1'000'000 + 1'200'000);
  EXPECT_THAT(warnings_during(span), ElementsAre("the hypervisor took 1.20 s of CPU time (3.0 %) during the run"));
  span = quiet_span();
  span.after.cpu_busy_usec = count(29'000'000);
  EXPECT_THAT(warnings_during(span), ElementsAre("other programs kept 0.8 of 4 CPUs busy during the run"));
  span.own_cpu.reset();
  EXPECT_THAT(warnings_during(span), IsEmpty()) << "nobody knows what the jobs took";
  span = quiet_span();
  span.after.core_throttles = count(1'000'002);
  span.after.package_throttles = count(1'000'001);
  EXPECT_THAT(warnings_during(span), ElementsAre("the CPU was slowed down for its heat 3 times during the run"));
  span = quiet_span();
  span.after.swap_out_bytes = count(1'004'096);
  EXPECT_THAT(warnings_during(span), ElementsAre("the host swapped 0 bytes in and 4096 bytes out during the run"));
  span.before.swap_out_bytes = Measured::missing("not there");
  EXPECT_THAT(warnings_during(span), IsEmpty());
}

TEST(NoiseWarnings, TheTicksCoarsenessIsNoLoad) {
  NoiseSpan span = quiet_span();
  span.wall = milliseconds(50);
  span.own_cpu = milliseconds(10);
  span.after.cpu_busy_usec = count(1'000'000 + 40'000);
  span.after.cpu_steal_usec = count(1'000'000 + 10'000);
  EXPECT_THAT(warnings_during(span), IsEmpty());
}

}  // namespace
}  // namespace hermetric
