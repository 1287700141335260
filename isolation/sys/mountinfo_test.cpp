#include "isolation/sys/mountinfo.hpp"

#include <gtest/gtest.h>

namespace hermetric {
namespace {

constexpr std::string_view kText =
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
    "34 31 0:31 /a /sys/fs/cgroup/memory rw,relatime shared:9 master:1 - cgroup cgroup rw,memory\n"
    "35 27 0:40 / /mnt/with\\040space ro - tmpfs tmpfs ro\n";

TEST(Mountinfo, ParsesFieldsEscapesAndOptionalFields) {
  const auto mounts = parse_mountinfo(kText);
  ASSERT_TRUE(mounts);
  ASSERT_EQ(mounts->size(), 3U);
  EXPECT_EQ((*mounts)[0].type, "ext4");
  EXPECT_EQ((*mounts)[1].root, "/a");
  EXPECT_EQ((*mounts)[1].super_options, "rw,memory");
  EXPECT_EQ((*mounts)[2].mount_point, "/mnt/with space");
}

TEST(Mountinfo, RefusesAStrangeLineWithItsNumber) {
  const auto mounts = parse_mountinfo("27 1 254:0 / / rw - ext4 /dev/vda rw\nrubbish\n");
  ASSERT_FALSE(mounts);
  EXPECT_EQ(mounts.error().message(), "mountinfo line 2 is not of the known form");
}

TEST(Mountinfo, MountOfTakesTheLongestPointAtAComponentBoundary) {
  const auto mounts = parse_mountinfo(kText).value();
  EXPECT_EQ(mount_of(mounts, "/sys/fs/cgroup/memory/x")->type, "cgroup");
  EXPECT_EQ(mount_of(mounts, "/sys/fs/cgroup/memory2")->type, "ext4");
  EXPECT_EQ(mount_of(mounts, "/")->type, "ext4");
}

TEST(Mountinfo, ReadsThisProcess) {
  const auto mounts = read_mountinfo();
  ASSERT_TRUE(mounts);
  EXPECT_NE(mount_of(*mounts, "/proc/self"), nullptr);
}

}  // namespace
}  // namespace hermetric
