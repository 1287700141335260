#include "isolation/cgroup/hierarchy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "isolation/cgroup/testing/fake_tree.hpp"

namespace hermetric {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<CgroupHierarchy> join(std::string_view mountinfo, std::string_view self_cgroup,
                                  const std::optional<std::string>& parent = std::nullopt) {
  const auto mounts = parse_mountinfo(mountinfo);
  if (!mounts) ADD_FAILURE() << mounts.error().message();
  return join_hierarchies(mounts ? *mounts : std::vector<MountEntry>(), parse_self_cgroup(self_cgroup), parent);
}

constexpr std::string_view kV2Mount = "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr std::string_view kMemoryMount = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n";

TEST(JoinHierarchies, V2TakesTheOwnPath) {
  const auto found = join(kV2Mount, "0::/user.slice/run-u1.service\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].unified);
  EXPECT_EQ(found[0].base, "/sys/fs/cgroup/user.slice/run-u1.service");
  EXPECT_EQ(found[0].problem, "");
}

TEST(JoinHierarchies, HybridHasADifferentPathInEach) {
  const auto found = join(std::string(kMemoryMount) +
                              "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
                              "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
                              "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
                          "9:name=systemd:/\n4:memory:/process_api/272f\n2:cpuacct,cpu:/\n3:pids:/\n0::/\n");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].base, "/sys/fs/cgroup/memory/process_api/272f");
  EXPECT_EQ(found[1].base, "/sys/fs/cgroup/cpu,cpuacct");
  EXPECT_THAT(found[1].controllers, ElementsAre("cpuacct", "cpu"));
  EXPECT_EQ(found[2].base, "/sys/fs/cgroup/unified");
}

TEST(JoinHierarchies, AMountOfAPartIsStrippedFromThePath) {
  constexpr std::string_view kMount = "35 31 0:32 /docker/ab /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
  EXPECT_EQ(join(kMount, "4:memory:/docker/ab\n")[0].base, "/sys/fs/cgroup/memory");
  EXPECT_EQ(join(kMount, "4:memory:/docker/ab/job\n")[0].base, "/sys/fs/cgroup/memory/job");
  const auto elsewhere = join(kMount, "4:memory:/docker/abc\n");
  EXPECT_EQ(elsewhere[0].base, "");
  EXPECT_THAT(elsewhere[0].problem, HasSubstr("does not show the own group /docker/abc"));
}

TEST(JoinHierarchies, APathAboveTheNamespaceIsNotShown) { EXPECT_NE(join(kV2Mount, "0::/../other\n")[0].problem, ""); }

TEST(JoinHierarchies, ReadOnlyIsAProblemUnlessAnotherMountIsNot) {
  const std::string read_only = "35 31 0:32 / /ro rw - cgroup cgroup ro,memory\n";
  EXPECT_THAT(join(read_only, "4:memory:/\n")[0].problem, HasSubstr("read-only"));
  EXPECT_EQ(join(read_only + std::string(kMemoryMount), "4:memory:/\n")[0].base, "/sys/fs/cgroup/memory");
}

TEST(JoinHierarchies, AParentReplacesTheOwnPath) {
  EXPECT_EQ(join(kV2Mount, "0::/user.slice\n", "/ci/jobs")[0].base, "/sys/fs/cgroup/ci/jobs");
  EXPECT_EQ(join(kMemoryMount, "4:memory:/x\n", "ci")[0].base, "/sys/fs/cgroup/memory/ci");
}

TEST(JoinHierarchies, TheGroupItMovedItselfIntoDoesNotCount) {
  EXPECT_EQ(join(kV2Mount, "0::/ci/hermetric-self-42\n")[0].base, "/sys/fs/cgroup/ci");
  EXPECT_EQ(join(kV2Mount, "0::/hermetric-self-42\n")[0].base, "/sys/fs/cgroup");
}

/// A terminal's scope on cgroup2: /slice/own, with members as cgroup.procs lists them.
class OwnGroup : public ::testing::Test {
 protected:
  OwnGroup() { tree_.mount("v2", "cgroup2", "", "/slice/own"); }

  void group(const std::string& path, const std::string& members, const std::string& controllers) {
    tree_.write("v2" + path + "/cgroup.type", "domain\n");
    tree_.write("v2" + path + "/cgroup.procs", members);
    tree_.write("v2" + path + "/cgroup.controllers", controllers);
  }
  std::vector<CgroupHierarchy> find(const std::optional<std::string>& parent = std::nullopt) {
    CgroupRoots roots = tree_.roots();
    roots.parent = parent;
    auto found = find_hierarchies(roots);
    if (!found) ADD_FAILURE() << found.error().message();
    return found ? *std::move(found) : std::vector<CgroupHierarchy>();
  }

  ::hermetric::testing::FakeTree tree_;
  const std::string self_ = std::to_string(::getpid()) + "\n";
};

TEST_F(OwnGroup, IsTheBaseWhereNobodyElseIs) {
  group("/slice", "", "memory pids");
  group("/slice/own", self_, "memory");
  const auto found = find();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].base, tree_.path("v2/slice/own"));
  EXPECT_THAT(found[0].controllers, ElementsAre("memory"));
}

TEST_F(OwnGroup, GivesWayToTheNearestAboveWithoutProcesses) {
  tree_.write("v2/cgroup.controllers", "cpu memory pids");
  group("/slice", "", "memory pids");
  group("/slice/own", "1\n" + self_, "memory");
  EXPECT_EQ(find()[0].base, tree_.path("v2/slice"));
  EXPECT_THAT(find()[0].controllers, ElementsAre("memory", "pids"));
  group("/slice", "1\n", "memory pids");
  EXPECT_EQ(find()[0].base, tree_.path("v2")) << "the root may hold processes";
  EXPECT_THAT(find()[0].controllers, ElementsAre("cpu", "memory", "pids"));
}

TEST_F(OwnGroup, KeepsTheLeafWhereControllersCannotBeHandedOn) {
  group("", "1\n", "memory");  // the mount of a container: not the root of all groups
  group("/slice", "1\n", "memory");
  group("/slice/own", "1\n" + self_, "memory");
  const auto found = find();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].problem, "");
  EXPECT_TRUE(found[0].controllers.empty());
  EXPECT_EQ(found[1].problem, "other processes are in " + tree_.path("v2/slice/own"));
  EXPECT_THAT(found[1].controllers, ElementsAre("memory"));
}

TEST_F(OwnGroup, WithoutControllersMayHoldAnybody) {
  group("/slice/own", "1\n" + self_, "hugetlb");
  EXPECT_EQ(find()[0].base, tree_.path("v2/slice/own"));
}

TEST_F(OwnGroup, AParentThatIsAskedForIsTakenAsItIs) {
  group("/slice", "1\n", "memory");
  EXPECT_EQ(find("/slice")[0].base, tree_.path("v2/slice"));
}

CgroupHierarchy some(bool unified, std::vector<std::string> controllers, std::string problem = "") {
  return {.unified = unified,
          .controllers = std::move(controllers),
          .mount_point = "/m",
          .base = "/m/own",
          .problem = std::move(problem)};
}

TEST(LayoutOf, CountsOnlyWhatCanBeUsed) {
  EXPECT_EQ(layout_of({}), CgroupLayout::kNone);
  EXPECT_EQ(layout_of({some(true, {})}), CgroupLayout::kV2);
  EXPECT_EQ(layout_of({some(false, {"memory"}), some(true, {})}), CgroupLayout::kHybrid);
  EXPECT_EQ(layout_of({some(false, {"memory"}), some(true, {}, "read-only")}), CgroupLayout::kV1);
}

TEST(JoinHierarchies, NothingMountedIsNoHierarchy) { EXPECT_TRUE(join("", "0::/\n").empty()); }

}  // namespace
}  // namespace hermetric
