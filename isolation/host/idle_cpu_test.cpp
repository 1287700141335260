#include "isolation/host/idle_cpu.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "isolation/sys/testing/temporary_directory.hpp"

namespace hermetric {
namespace {

TEST(IdleCpu, IsThereWhileFewerTasksRunThanThereAreCpus) {
  const testing::TemporaryDirectory directory;
  const std::string file = directory.path() + "/loadavg";
  const auto with_running = [&](unsigned tasks) {
    std::ofstream(file) << "9.99 9.99 9.99 " << tasks << "/345 678\n";
    return a_cpu_is_idle(file);
  };
  const unsigned cpus = std::thread::hardware_concurrency();
  EXPECT_TRUE(with_running(1)) << "only the reader runs";
  EXPECT_TRUE(with_running(cpus));
  EXPECT_FALSE(with_running(cpus + 1));
}

TEST(IdleCpu, IsNotAssumed) { EXPECT_FALSE(a_cpu_is_idle("/nonexistent")); }

}  // namespace
}  // namespace hermetric
