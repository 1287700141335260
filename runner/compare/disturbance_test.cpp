#include "runner/compare/disturbance.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace hermetric {
namespace {

using namespace std::chrono_literals;

JobReport pressed(std::uint64_t cpu_some_usec) {
  JobReport report;
  report.resources.wall_usec = Measured::of(1'000'000, "test");
  report.resources.pressure.cpu.some_usec = Measured::of(cpu_some_usec, "test");
  return report;
}

RoundLook look_at(std::span<const JobReport> runs, Duration wall = 2s) {
  RoundLook look;
  look.wall = wall;
  look.host_cpus = 2;
  look.runs = runs;
  return look;
}

TEST(Disturbance, IsTimeThatTheHypervisorTook) {
  const std::vector<JobReport> quiet(2);
  RoundLook look = look_at(quiet);
  look.before.cpu_steal_usec = Measured::of(1'000'000, "test");
  look.after.cpu_steal_usec = Measured::of(1'030'000, "test");
  EXPECT_FALSE(DisturbanceWatch().judge(look)) << "less than 1 % of 4 s";
  look.after.cpu_steal_usec = Measured::of(1'040'000, "test");
  EXPECT_EQ(DisturbanceWatch().judge(look), "steal");
  look.wall = 5ms;
  look.after.cpu_steal_usec = Measured::of(1'010'000, "test");
  EXPECT_FALSE(DisturbanceWatch().judge(look)) << "one tick";
  look.before.cpu_steal_usec = Measured::missing("test");
  EXPECT_FALSE(DisturbanceWatch().judge(look));
}

TEST(Disturbance, IsHeat) {
  const std::vector<JobReport> quiet(2);
  RoundLook look = look_at(quiet);
  look.before.core_throttles = look.before.package_throttles = look.after.core_throttles = Measured::of(3, "test");
  look.after.package_throttles = Measured::of(4, "test");
  EXPECT_EQ(DisturbanceWatch().judge(look), "throttling");
}

TEST(Disturbance, IsPressureBeyondWhatAVersionAlwaysHas) {
  DisturbanceWatch watch;
  const std::vector<JobReport> first = {pressed(300'000), pressed(0)}, same = {pressed(340'000), pressed(40'000)},
                               first_worse = {pressed(400'000), pressed(0)},
                               second_worse = {pressed(0), pressed(60'000)}, as_before = {pressed(300'000), pressed(0)};
  EXPECT_FALSE(watch.judge(look_at(first)));
  EXPECT_FALSE(watch.judge(look_at(same)));
  EXPECT_EQ(watch.judge(look_at(first_worse)), "pressure");
  EXPECT_EQ(watch.judge(look_at(second_worse)), "pressure");
  EXPECT_EQ(watch.judge(look_at(as_before)), "pressure") << "it was seen without any";
}

TEST(Disturbance, IsNothingThatIsNotKnown) {
  DisturbanceWatch watch;
  const std::vector<JobReport> blank(2);
  EXPECT_FALSE(watch.judge(look_at(blank)));
  EXPECT_FALSE(watch.judge(look_at(blank)));
}

}  // namespace
}  // namespace hermetric
