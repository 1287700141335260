/// Which runs are placed on cores of their own, and what is refused before anything starts.

#include "runner/compose/core_placement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isolation/sys/testing/require.hpp"

namespace hermetric {
namespace {

using ::testing::HasSubstr;

JobSpec job(const std::string& name) {
  JobSpec spec;
  spec.name = name;
  return spec;
}

JobSpec exclusive(const std::string& name, std::uint64_t cores) {
  JobSpec spec = job(name);
  spec.exclusive_cores = cores;
  return spec;
}

/// What is refused of a run, or "".
std::string refusal(const Pipeline& pipeline) {
  Capacity capacity;
  const auto cores = allocate_cores(pipeline, capacity);
  return cores ? "" : cores.error().message();
}

class CorePlacementOnThisHost : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string problem = refusal({{exclusive("a", 1)}});
    HERMETRIC_NEED("cores", problem.empty(), problem.c_str());
  }
};

TEST(CorePlacement, ARunWithoutTheWishIsLeftAlone) {
  Capacity capacity{.cpus = 1.5, .memory = {}};
  const auto cores = allocate_cores({{job("a")}}, capacity);
  ASSERT_TRUE(cores);
  EXPECT_EQ(*cores, nullptr);
  EXPECT_EQ(capacity.cpus, 1.5);
  EXPECT_FALSE(capacity.whole_cores);
}

TEST_F(CorePlacementOnThisHost, OneJobsWishPlacesThemAll) {
  Capacity capacity;
  const auto cores = allocate_cores({{job("a"), exclusive("b", 1)}}, capacity);
  ASSERT_TRUE(cores) << cores.error().message();
  ASSERT_NE(*cores, nullptr);
  EXPECT_TRUE(capacity.whole_cores);
  EXPECT_EQ(capacity.cpus, static_cast<double>((*cores)->map().cores.size() * capacity.threads_per_core));
  EXPECT_EQ(demand_of(job("a"), capacity).millicpus, 1000U * capacity.threads_per_core);
}

TEST_F(CorePlacementOnThisHost, RefusesMoreThanThereIsAndTwoWishesAtOnce) {
  EXPECT_THAT(refusal({{exclusive("big", 100'000)}}),
              HasSubstr("job \"big\": exclusive_cores 100000 is more than the"));
  JobSpec fixed = job("fixed");
  fixed.limits.cpuset = "0";
  EXPECT_EQ(refusal({{exclusive("a", 1), fixed}}),
            "job \"fixed\": cpuset 0: job \"a\" has exclusive_cores, so every job gets its own (drop one of the two)");
  fixed.exclusive_cores = 1;
  EXPECT_EQ(refusal({{fixed}}), "job \"fixed\": cpuset 0: it has exclusive_cores, too (drop one of the two)");
  const Status alone = place_alone(fixed, std::nullopt);
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().message(), "cpuset 0: it has exclusive_cores, too (drop one of the two)");
}

TEST_F(CorePlacementOnThisHost, ALoneJobGetsItsCores) {
  JobSpec alone = exclusive("a", 1);
  ASSERT_TRUE(place_alone(alone, std::nullopt));
  EXPECT_TRUE(alone.limits.cpuset.has_value());
  JobSpec big = exclusive("big", 100'000);
  const Status refused = place_alone(big, std::nullopt);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("exclusive_cores 100000: 100000 cores are more than the"));
  EXPECT_FALSE(big.limits.cpuset.has_value());
}

TEST_F(CorePlacementOnThisHost, ACpusetBringsItsMemoryNodes) {
  Capacity capacity;
  const auto cores = allocate_cores({{exclusive("a", 1)}}, capacity);
  ASSERT_TRUE(cores);
  const CorePlacement first = placement_of((*cores)->map(), {0});
  JobSpec fixed = job("fixed");
  fixed.limits.cpuset = first.cpus;
  settle_memory_nodes({&fixed, 1}, std::nullopt);
  EXPECT_EQ(fixed.limits.cpuset_mems.value_or(""), first.memory_nodes);
  fixed.limits.cpuset_mems.reset();
  fixed.limits.cpuset = "65000";
  settle_memory_nodes({&fixed, 1}, std::nullopt);
  EXPECT_EQ(fixed.limits.cpuset_mems, std::nullopt) << "the cpuset itself will be refused";
}

}  // namespace
}  // namespace hermetric
