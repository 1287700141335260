#include "isolation/host/topology.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "isolation/host/core_assignment.hpp"
#include "isolation/sys/testing/temporary_directory.hpp"

namespace hermetric {
namespace {

class FakeTopology : public ::testing::Test {
 protected:
  void cpu(unsigned id, const std::string& siblings, const std::string& package) {
    const std::string directory = "devices/system/cpu/cpu" + std::to_string(id);
    files_.write(directory + "/topology/core_cpus_list", siblings + "\n");
    files_.write(directory + "/topology/physical_package_id", package + "\n");
  }
  [[nodiscard]] TopologyPaths paths() const {
    return {.devices = files_.path("devices"), .self_status = files_.path("status"), .parent_cpusets = {}};
  }

  ::hermetric::testing::TemporaryDirectory files_;
};

TEST_F(FakeTopology, ReadsCoresPackagesNodesAndKinds) {
  files_.write("devices/system/cpu/online", "0-1,4\n");
  cpu(0, "0,4", "0");
  cpu(4, "0,4", "0");
  cpu(1, "1", "1");
  files_.write("devices/system/cpu/cpu1/cpu_capacity", "512\n");
  files_.write("devices/system/cpu/cpu1/cpufreq/cpuinfo_max_freq", "3800000\n");
  files_.write("devices/cpu_atom/cpus", "1\n");
  files_.write("devices/cpu_core/cpus", "0,4\n");
  files_.write("devices/system/node/online", "0,2\n");
  files_.write("devices/system/node/has_memory", "0\n");
  files_.write("devices/system/node/node0/cpulist", "0,4\n");
  files_.write("devices/system/node/node2/cpulist", "1\n");
  const auto topology = read_topology(paths());
  ASSERT_TRUE(topology) << topology.error().message();
  EXPECT_EQ(topology->cpus, (std::vector<CpuThread>{{0, 0, 0, 0, "cpu_core"},
                                                    {1, 1, 1, 2, "cpu_atom, capacity 512, 3800000 kHz"},
                                                    {4, 0, 0, 0, "cpu_core"}}));
  EXPECT_EQ(topology->memory_nodes, std::set<unsigned>{0});
  EXPECT_EQ(memory_nodes_of(*topology, {0, 1}), "0");
  EXPECT_EQ(memory_nodes_of(*topology, {1}), "");
  EXPECT_EQ(memory_nodes_of(*topology, {0, 3}), "") << "there is no CPU 3";
}

TEST_F(FakeTopology, WithoutNodesIsOneNodeAndOlderKernelsSaySiblingsElsewhere) {
  files_.write("devices/system/cpu/online", "0\n");
  files_.write("devices/system/cpu/cpu0/topology/thread_siblings_list", "0\n");
  files_.write("devices/system/cpu/cpu0/topology/physical_package_id", "-1\n");
  const auto topology = read_topology(paths());
  ASSERT_TRUE(topology) << topology.error().message();
  EXPECT_EQ(topology->cpus, (std::vector<CpuThread>{{0, 0, 0, 0, ""}}));
  EXPECT_EQ(topology->memory_nodes, std::set<unsigned>{0});
}

TEST_F(FakeTopology, UnknownCoresAreAnErrorAndNotOneThreadEach) {
  EXPECT_FALSE(read_topology(paths())) << "no list of CPUs";
  files_.write("devices/system/cpu/online", "0\n");
  const auto topology = read_topology(paths());
  ASSERT_FALSE(topology);
  EXPECT_NE(topology.error().message().find("which CPUs share a core"), std::string::npos);
}

TEST_F(FakeTopology, TheAllowanceIsWhatAffinityAndParentCpusetsShare) {
  files_.write("status", "Cpus_allowed_list:\t0-3,8\nMems_allowed_list:\t0-1\n");
  EXPECT_EQ(read_allowance(paths())->cpus, (std::set<unsigned>{0, 1, 2, 3, 8}));
  EXPECT_EQ(read_allowance(paths())->memory_nodes, (std::set<unsigned>{0, 1}));
  TopologyPaths within = paths();
  within.parent_cpusets = {files_.path("v1"), files_.path("v2"), files_.path("no cpuset here")};
  files_.write("v1/cpuset.effective_cpus", "1-8\n");
  files_.write("v2/cpuset.cpus.effective", "0-2\n");
  files_.write("v2/cpuset.mems.effective", "1\n");
  EXPECT_EQ(read_allowance(within)->cpus, (std::set<unsigned>{1, 2}));
  EXPECT_EQ(read_allowance(within)->memory_nodes, (std::set<unsigned>{1}));
  files_.write("status", "Name:\tx\n");
  EXPECT_FALSE(read_allowance(paths()));
}

TEST(Topology, OfThisMachineCoversItsCpus) {
  const auto topology = read_topology();
  ASSERT_TRUE(topology) << topology.error().message();
  EXPECT_EQ(static_cast<long>(topology->cpus.size()), ::sysconf(_SC_NPROCESSORS_ONLN));
  const auto allowance = read_allowance();
  ASSERT_TRUE(allowance) << allowance.error().message();
  EXPECT_FALSE(allowance->cpus.empty());
}

TEST(ToList, MakesRanges) {
  EXPECT_EQ(to_list({}), "");
  EXPECT_EQ(to_list({3}), "3");
  EXPECT_EQ(to_list({0, 1, 2, 5, 7, 8}), "0-2,5,7-8");
}

}  // namespace
}  // namespace hermetric
