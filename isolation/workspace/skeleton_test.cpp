#include "isolation/workspace/skeleton.hpp"

#include <gtest/gtest.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <set>

#include "isolation/sys/testing/require.hpp"
#include "isolation/sys/testing/temporary_directory.hpp"
#include "isolation/workspace/mount_template.hpp"

namespace hermetric {
namespace {

using testing::TemporaryDirectory;

const SkeletonEntry* find(const Skeleton& skeleton, const std::string& path) {
  for (const SkeletonEntry& entry : skeleton)
    if (entry.path == path) return &entry;
  return nullptr;
}

SkeletonEntry directory(const std::string& path, unsigned mode = 0755, bool opaque = false, bool owned = true) {
  return {SkeletonEntry::Kind::kDirectory, path, mode, opaque, owned, ""};
}

/// "755 opaque", "711 shown, the host's": what an entry does.
std::string look(const Skeleton& skeleton, const std::string& path) {
  const SkeletonEntry* entry = find(skeleton, path);
  if (entry == nullptr) return "none";
  std::array<char, 8> mode{};
  std::snprintf(mode.data(), mode.size(), "%o", entry->mode);
  return std::string(mode.data()) + (entry->opaque ? " opaque" : " shown") + (entry->owned ? "" : ", the host's");
}

class SkeletonPlan : public ::testing::Test {
 protected:
  [[nodiscard]] Skeleton plan(bool host, std::vector<std::string> mount_points,
                              std::vector<std::string> file_points = {}) const {
    SkeletonRequest request;
    request.root = root_.path();
    request.host = host;
    request.mount_points = std::move(mount_points);
    request.file_points = std::move(file_points);
    return plan_skeleton(request);
  }

  TemporaryDirectory root_;
};

TEST_F(SkeletonPlan, EveryRootGetsFreshKernelAndTemporaryDirectories) {
  const Skeleton skeleton = plan(false, {});
  for (const char* path : {"dev", "run"}) EXPECT_EQ(look(skeleton, path), "755 opaque") << path;
  for (const char* path : {"proc", "sys"}) EXPECT_EQ(look(skeleton, path), "555 opaque") << path;
  for (const char* path : {"tmp", "var/tmp"}) EXPECT_EQ(look(skeleton, path), "1777 opaque") << path;
}

TEST_F(SkeletonPlan, ADirectoryRootKeepsItsHomesAndMedia) {
  for (const char* path : {"home", "mnt", "media", "boot"}) root_.make_directory(path);
  const Skeleton skeleton = plan(false, {});
  for (const char* path : {"home", "mnt", "media", "boot"}) EXPECT_EQ(look(skeleton, path), "none") << path;
}

TEST_F(SkeletonPlan, AHostRootLosesItsPrivateParts) {
  for (const char* path : {"home", "mnt", "media", "boot"}) root_.make_directory(path);
  root_.make_directory("lost+found", 0700);
  const Skeleton skeleton = plan(true, {});
  for (const char* path : {"home", "mnt", "media", "boot"}) EXPECT_EQ(look(skeleton, path), "755 opaque") << path;
  EXPECT_EQ(look(skeleton, "root"), "700 opaque");
  EXPECT_EQ(look(skeleton, "lost+found"), "700 opaque");
}

TEST_F(SkeletonPlan, SystemDirectoriesOfAHostAreTheJobsToChangeIfOthersMayRead) {
  root_.make_directory("etc", 0755);
  root_.make_directory("opt", 0711);
  root_.make_directory("usr/local/bin");
  root_.make_directory("usr/local", 0700);
  const Skeleton skeleton = plan(true, {});
  EXPECT_EQ(look(skeleton, "etc"), "755 shown");
  EXPECT_EQ(look(skeleton, "usr"), "755 shown");
  EXPECT_EQ(look(skeleton, "opt"), "none") << "others may not list it";
  EXPECT_EQ(look(skeleton, "usr/local"), "none") << "private";
  EXPECT_EQ(look(skeleton, "usr/local/bin"), "none") << "below a private one";
  EXPECT_EQ(look(skeleton, "srv"), "none") << "not there";
}

TEST_F(SkeletonPlan, APrivateDirectoryIsReplacedOnlyForAMountBelowIt) {
  root_.make_directory("private/inner");
  root_.make_directory("private", 0700);
  EXPECT_EQ(look(plan(false, {}), "private"), "none");
  const Skeleton skeleton = plan(false, {"/private/inner"});
  EXPECT_EQ(look(skeleton, "private"), "755 opaque");
  EXPECT_EQ(look(skeleton, "private/inner"), "755 opaque") << "its content belongs to what is hidden";
}

TEST_F(SkeletonPlan, AnEnterableParentStaysAsItIs) {
  root_.make_directory("parent/point");
  root_.make_directory("parent", 0711);
  const Skeleton skeleton = plan(false, {"/parent/point"});
  EXPECT_EQ(look(skeleton, "parent"), "711 shown, the host's");
  EXPECT_EQ(look(skeleton, "parent/point"), "none") << "the root has it";
}

TEST_F(SkeletonPlan, AMissingMountPointIsMadeWithItsParents) {
  root_.make_directory("there");
  const Skeleton skeleton = plan(false, {"/there/a/b"});
  EXPECT_EQ(look(skeleton, "there"), "755 shown, the host's");
  EXPECT_EQ(look(skeleton, "there/a"), "755 opaque");
  EXPECT_EQ(look(skeleton, "there/a/b"), "755 opaque");
}

TEST_F(SkeletonPlan, AMountPointBelowAHiddenDirectoryIsMadeAnew) {
  root_.make_directory("home/user/project");
  const Skeleton skeleton = plan(true, {"/home/user/project"});
  for (const char* path : {"home", "home/user", "home/user/project"})
    EXPECT_EQ(look(skeleton, path), "755 opaque") << path;
}

TEST_F(SkeletonPlan, ASymlinkIsNeverFollowed) {
  root_.make_directory("secret/point");
  std::filesystem::create_symlink("secret", root_.path("link"));
  const Skeleton skeleton = plan(false, {"/link/point"});
  EXPECT_EQ(look(skeleton, "link"), "755 opaque");
  EXPECT_EQ(look(skeleton, "secret"), "none");
}

TEST_F(SkeletonPlan, FilesAndFilePointsAreFiles) {
  const Skeleton skeleton = plan(false, {}, {"/opt/tool"});
  const SkeletonEntry* tool = find(skeleton, "opt/tool");
  ASSERT_NE(tool, nullptr);
  EXPECT_EQ(tool->kind, SkeletonEntry::Kind::kFile);
  EXPECT_EQ(look(skeleton, "opt"), "755 opaque");
}

TEST_F(SkeletonPlan, ParentsComeBeforeChildrenAndNothingTwice) {
  root_.make_directory("a-b");
  std::set<std::string> seen;
  for (const SkeletonEntry& entry : plan(true, {"/a/b/c", "/a-b/c", "/a", "/run/x/y", "/a/b"})) {
    const std::string parent = std::filesystem::path(entry.path).parent_path().string();
    EXPECT_TRUE(parent.empty() || seen.contains(parent)) << entry.path << " comes before its parent";
    EXPECT_TRUE(seen.insert(entry.path).second) << entry.path << " is there twice";
  }
}

class SkeletonLayerRoot : public ::testing::Test {
 protected:
  void SetUp() override { HERMETRIC_NEED("root", ::geteuid() == 0, "trusted xattrs and chown"); }

  static std::string opaque(const std::string& path) {
    std::array<char, 8> value{};
    const ssize_t length = ::getxattr(path.c_str(), "trusted.overlay.opaque", value.data(), value.size());
    return length < 0 ? "not set" : std::string(value.data(), static_cast<std::size_t>(length));
  }

  TemporaryDirectory directory_;
};

TEST_F(SkeletonLayerRoot, IsWrittenAsPlanned) {
  directory_.make_directory("layer");
  const Skeleton skeleton = {directory("etc", 0750),
                             directory("home", 01777, true),
                             directory("host", 0711, false, false),
                             {SkeletonEntry::Kind::kFile, "etc/hosts", 0640, false, true, "127.0.0.1 localhost\n"}};
  const auto written = write_skeleton(skeleton, directory_.path("layer"), 1000, 2000);
  ASSERT_TRUE(written) << written.error().message();
  for (const SkeletonEntry& entry : skeleton) {
    const std::string path = directory_.path("layer/" + entry.path);
    struct stat status{};
    ASSERT_EQ(::lstat(path.c_str(), &status), 0) << path;
    EXPECT_EQ(status.st_mode & 07777, entry.mode) << path;
    EXPECT_EQ(status.st_uid, entry.owned ? 1000U : 0U) << path;
    EXPECT_EQ(status.st_gid, entry.owned ? 2000U : 0U) << path;
    EXPECT_EQ(opaque(path), entry.opaque ? "y" : "not set") << path;
  }
  EXPECT_EQ(directory_.read("layer/etc/hosts"), "127.0.0.1 localhost\n");
}

TEST_F(SkeletonLayerRoot, IsSharedByContent) {
  directory_.make_directory("skeleton");
  MountTemplate mounts(directory_.path());
  const auto layer = mounts.layer_for({directory("a")}, 1, 1);
  ASSERT_TRUE(layer) << layer.error().message();
  EXPECT_EQ(mounts.layer_for({directory("a")}, 1, 1).value_or(""), *layer);
  EXPECT_NE(mounts.layer_for({directory("b")}, 1, 1).value_or(*layer), *layer) << "another path";
  EXPECT_NE(mounts.layer_for({directory("a", 0700)}, 1, 1).value_or(*layer), *layer) << "another mode";
  EXPECT_NE(mounts.layer_for({directory("a", 0755, true)}, 1, 1).value_or(*layer), *layer) << "opaque";
  EXPECT_NE(mounts.layer_for({directory("a")}, 2, 1).value_or(*layer), *layer) << "another owner";
}

TEST_F(SkeletonLayerRoot, OneThatFailsDoesNotSpoilTheNext) {
  directory_.make_directory("skeleton");
  MountTemplate mounts(directory_.path());
  EXPECT_FALSE(mounts.layer_for({directory(std::string(300, 'x'))}, 1, 1)) << "a name that long cannot be made";
  const auto next = mounts.layer_for({directory("a")}, 1, 1);
  EXPECT_TRUE(next) << next.error().message();
}

}  // namespace
}  // namespace hermetric
