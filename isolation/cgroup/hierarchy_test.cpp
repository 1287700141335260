#include "isolation/cgroup/hierarchy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
