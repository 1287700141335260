/// The drivers on fake trees: which groups a job gets, what is refused, what is left behind.

#include "isolation/cgroup/driver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isolation/cgroup/testing/contract.hpp"
#include "isolation/cgroup/testing/fake_tree.hpp"

namespace hermetric {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class FakeDriver : public ::testing::Test {
 protected:
  void mount_v2(const std::string& controllers) {
    tree_.mount("v2", "cgroup2", "");
    tree_.write("v2/own/cgroup.controllers", controllers);
    tree_.write("v2/own/cgroup.subtree_control", controllers);
  }
  void mount_v1() {
    for (const char* name : {"memory", "pids", "blkio", "cpuset", "freezer", "hugetlb"})
      tree_.mount(name, "cgroup", name);
    tree_.mount("cpu,cpuacct", "cgroup", "cpu,cpuacct");
  }
  std::unique_ptr<CgroupDriver> find() {
    auto driver = find_cgroups(tree_.roots());
    if (!driver) ADD_FAILURE() << driver.error().message();
    return driver ? *std::move(driver) : nullptr;
  }
  [[nodiscard]] bool nothing_made() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(tree_.path("")))
      if (entry.path().filename() == "job") return false;
    return true;
  }

  ::hermetric::testing::FakeTree tree_;
};

TEST_F(FakeDriver, FindsTheLayout) {
  EXPECT_EQ(find()->layout(), CgroupLayout::kNone);
  mount_v1();
  EXPECT_EQ(find()->layout(), CgroupLayout::kV1);
  mount_v2("");
  EXPECT_EQ(find()->layout(), CgroupLayout::kHybrid);
}

TEST_F(FakeDriver, V2IsOneDirectory) {
  mount_v2("cpuset cpu io memory pids hugetlb");
  const auto driver = find();
  EXPECT_EQ(driver->layout(), CgroupLayout::kV2);
  CgroupRequest request;
  request.limits.cpus = 1;
  EXPECT_THAT(driver->paths_of("job", request), ElementsAre(tree_.path("v2/own/job")));
}

TEST_F(FakeDriver, V1MakesAGroupOnlyForAUseAndCoMountedOnesOnce) {
  mount_v1();
  EXPECT_THAT(
      find()->paths_of("job", {}),
      UnorderedElementsAre(tree_.path("memory/own/job"), tree_.path("pids/own/job"), tree_.path("blkio/own/job"),
                           tree_.path("freezer/own/job"), tree_.path("cpu,cpuacct/own/job")));
}

TEST_F(FakeDriver, ALeafMakesSomeV1GroupsUnnecessary) {
  mount_v1();
  mount_v2("hugetlb");
  const auto driver = find();
  EXPECT_THAT(driver->paths_of("job", {}), ElementsAre(tree_.path("memory/own/job"), tree_.path("pids/own/job"),
                                                       tree_.path("blkio/own/job"), tree_.path("v2/own/job")));
  CgroupRequest request;
  request.limits.cpuset = "0";
  request.limits.cpu_weight = 10;
  EXPECT_EQ(driver->paths_of("job", request).size(), 6U);
  request.limits.cpuset.reset();
  request.limits.cpuset_mems = "0";
  EXPECT_EQ(driver->paths_of("job", request).size(), 6U);
}

TEST_F(FakeDriver, WithoutHierarchiesEveryFigureHasAReasonAndACapIsRefused) {
  const auto driver = find();
  auto group = driver->create("job", {});
  ASSERT_TRUE(group);
  ::hermetric::testing::expect_every_figure_explained(**group);
  EXPECT_EQ((*group)->entry().leaf_fd, -1);
  EXPECT_TRUE((*group)->kill());
  EXPECT_TRUE((*group)->remove());
  CgroupRequest request;
  request.limits.memory = mebibytes(64);
  const auto refused = driver->create("job", request);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(),
              HasSubstr("memory cap: no usable cgroup hierarchy has the memory controller ("));
}

TEST_F(FakeDriver, AnUnwritableHierarchyNamesItselfInTheRefusal) {
  mount_v1();
  std::filesystem::remove(tree_.path("memory/own"));
  CgroupRequest request;
  request.limits.memory = mebibytes(64);
  const auto refused = find()->create("job", request);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(nothing_made());
}

TEST_F(FakeDriver, CreatesAndRemoves) {
  mount_v2("memory");
  const auto driver = find();
  auto group = driver->create("job", {});
  ASSERT_TRUE(group) << group.error().message();
  EXPECT_GE((*group)->entry().leaf_fd, 0);
  ::hermetric::testing::expect_every_figure_explained(**group);
  const auto second = driver->create("job", {});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message(), HasSubstr("File exists (left by a killed run"));
  EXPECT_FALSE(nothing_made()) << "the second create() removed the first one's group";
  EXPECT_TRUE((*group)->remove());
  EXPECT_TRUE(nothing_made());
}

TEST_F(FakeDriver, ARefusedCapTakesEverythingBack) {
  mount_v2("memory");
  CgroupRequest request;
  request.limits.memory = mebibytes(64);
  const auto refused = find()->create("job", request);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("memory cap 64M: open memory.max"));
  EXPECT_TRUE(nothing_made());
}

TEST_F(FakeDriver, AFailureHalfwayTakesEverythingBack) {
  mount_v1();  // a fake group has no `tasks`
  EXPECT_FALSE(find()->create("job", {}));
  EXPECT_TRUE(nothing_made());
}

TEST_F(FakeDriver, NamesAreFileNames) {
  mount_v2("memory");
  for (const char* name : {"", ".", "..", "a/b", "/"}) EXPECT_FALSE(find()->create(name, {})) << name;
}

TEST_F(FakeDriver, AParentThatIsNowhereIsAnError) {
  mount_v2("memory");
  CgroupRoots roots = tree_.roots();
  roots.parent = "nowhere";
  const auto driver = find_cgroups(roots);
  ASSERT_FALSE(driver);
  EXPECT_THAT(driver.error().message(), HasSubstr("cgroup parent nowhere: "));
  std::filesystem::create_directories(tree_.path("v2/ci"));
  roots.parent = "/ci";
  EXPECT_THAT((*find_cgroups(roots))->paths_of("job", {}), ElementsAre(tree_.path("v2/ci/job")));
}

}  // namespace
}  // namespace hermetric
