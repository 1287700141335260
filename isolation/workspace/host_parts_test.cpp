#include "isolation/workspace/host_parts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isolation/sys/testing/temporary_directory.hpp"

namespace hermetric {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

MountEntry mount(const std::string& mount_point, const std::string& type) {
  MountEntry entry;
  entry.mount_point = mount_point;
  entry.type = type;
  return entry;
}

class HostParts : public ::testing::Test {
 protected:
  HostParts() { tree_.make_directory("", 0755); }
  ::hermetric::testing::TemporaryDirectory tree_;
};

TEST_F(HostParts, AreFileSystemsThatHoldFilesInOrderAndOnce) {
  tree_.make_directory("usr");
  tree_.make_directory("opt");
  EXPECT_THAT(host_parts({mount("/", "ext4"), mount(tree_.path("usr"), "ext4"), mount(tree_.path("opt"), "xfs"),
                          mount(tree_.path("usr"), "btrfs")}),
              ElementsAre(tree_.path("opt"), tree_.path("usr")));
}

TEST_F(HostParts, AreNeverKernelOrMemoryFileSystems) {
  tree_.make_directory("x");
  for (const char* type : {"proc", "sysfs", "tmpfs", "devtmpfs", "cgroup2", "fuse.sshfs", "overlay", "autofs"})
    EXPECT_THAT(host_parts({mount(tree_.path("x"), type)}), IsEmpty()) << type;
}

TEST_F(HostParts, AreNeverBelowAPrivateDirectory) {
  tree_.make_directory("private/data");
  tree_.make_directory("private", 0700);
  tree_.make_directory("enterable/data");
  tree_.make_directory("enterable", 0711);
  EXPECT_THAT(host_parts({mount(tree_.path("private/data"), "ext4"), mount(tree_.path("enterable/data"), "ext4")}),
              ElementsAre(tree_.path("enterable/data")));
}

TEST_F(HostParts, AreNeverFilesLinksOrGone) {
  tree_.write("file", "");
  std::filesystem::create_symlink("/usr", tree_.path("link"));
  EXPECT_THAT(host_parts({mount(tree_.path("file"), "ext4"), mount(tree_.path("link"), "ext4"),
                          mount(tree_.path("gone"), "ext4")}),
              IsEmpty());
}

bool nothing(const std::string& /*path*/) { return false; }

TEST_F(HostParts, ATreeWithoutMountsIsItsDirectories) {
  tree_.make_directory("etc");
  tree_.make_directory("private", 0700);
  tree_.write("file", "");
  const HostTree tree = host_tree({mount("/", "ext4")}, nothing, tree_.path(""));
  EXPECT_THAT(tree.directories, ElementsAre(tree_.path("etc")));
  EXPECT_THAT(tree.opened, ElementsAre(tree_.path("")));
  EXPECT_THAT(tree.files, ElementsAre(tree_.path("file")));
}

TEST_F(HostParts, ADirectoryWithMountsBelowIsOpened) {
  for (const char* path : {"var/lib/data", "var/lib/other", "var/lib/memory", "var/log", "usr"})
    tree_.make_directory(path);
  tree_.write("var/lib/hosts", "");
  tree_.write("var/lib/secret", "");
  std::filesystem::permissions(tree_.path("var/lib/secret"), std::filesystem::perms::owner_read);
  std::filesystem::create_symlink("data", tree_.path("var/lib/link"));
  const HostTree tree =
      host_tree({mount("/", "ext4"), mount(tree_.path("var/lib/data"), "ext4"),
                 mount(tree_.path("var/lib/memory"), "tmpfs"), mount(tree_.path("var/lib/hosts"), "ext4")},
                nothing, tree_.path(""));
  EXPECT_THAT(tree.directories, ElementsAre(tree_.path("usr"), tree_.path("var/lib/data"), tree_.path("var/lib/other"),
                                            tree_.path("var/log")));
  EXPECT_THAT(tree.opened, ElementsAre(tree_.path(""), tree_.path("var"), tree_.path("var/lib")));
  EXPECT_THAT(tree.files, ElementsAre(tree_.path("var/lib/hosts")));
}

TEST_F(HostParts, WhatIsLeftOutIsNotOpened) {
  tree_.make_directory("proc/sys");
  tree_.make_directory("usr");
  const auto is_left_out = [this](const std::string& path) { return path == tree_.path("proc"); };
  const HostTree tree = host_tree({mount(tree_.path("proc/sys"), "ext4")}, is_left_out, tree_.path(""));
  EXPECT_THAT(tree.directories, ElementsAre(tree_.path("usr")));
}

}  // namespace
}  // namespace hermetric
