/// Scratch directories and the mount template, in a mount namespace of this process.

#include "isolation/workspace/scratch.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>

#include "isolation/sys/mountinfo.hpp"
#include "isolation/sys/testing/require.hpp"
#include "isolation/sys/testing/temporary_directory.hpp"
#include "isolation/workspace/mount_template.hpp"

namespace hermetric {
namespace {

using testing::TemporaryDirectory;

bool is_mounted(const std::string& path) {
  for (const MountEntry& mount : read_mountinfo().value_or(std::vector<MountEntry>{}))
    if (mount.mount_point == path) return true;
  return false;
}

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

class ScratchRoot : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (::geteuid() != 0) return;
    template_ = new TemporaryDirectory;
    entered_ = MountTemplate::enter(template_->path("template"));
  }
  static void TearDownTestSuite() {
    if (template_ == nullptr) return;
    ::umount2(template_->path("template").c_str(), MNT_DETACH);  // a mount point cannot be removed
    delete template_;
  }

  void SetUp() override {
    HERMETRIC_NEED("root", ::geteuid() == 0, "mounts and chown");
    ASSERT_TRUE(entered_) << entered_.error().message();
  }

  // NOLINTBEGIN(readability-identifier-naming): members of the fixture
  static inline TemporaryDirectory* template_ = nullptr;
  static inline Status entered_;
  // NOLINTEND(readability-identifier-naming)
  TemporaryDirectory directory_;
};

TEST_F(ScratchRoot, TemplateHasItsPlacesAndIsSeenByNobodyElse) {
  const MountTemplate mounts(template_->path("template"));
  for (const std::string& path : {mounts.root(), mounts.scratch(), mounts.empty_file()})
    EXPECT_EQ(::access(path.c_str(), F_OK), 0) << path;
  EXPECT_TRUE(is_mounted(mounts.directory()));
  const auto outside = read_file("/proc/" + std::to_string(::getppid()) + "/mountinfo");
  ASSERT_TRUE(outside);
  EXPECT_EQ(outside->find(mounts.directory()), std::string::npos) << *outside;
}

TEST_F(ScratchRoot, UppersLookAsAskedAndAllIsGoneAfterClose) {
  for (const auto freeing : {Scratch::Freeing::kWaits, Scratch::Freeing::kLate}) {
    const auto descriptors = open_descriptors();
    auto scratch = Scratch::create(directory_.path("cell"), false, std::nullopt);
    ASSERT_TRUE(scratch) << scratch.error().message();
    ASSERT_TRUE(scratch->add_upper(0, 0, 0, 0755));
    ASSERT_TRUE(scratch->add_upper(3, 1000, 2000, 01770));
    EXPECT_EQ(scratch->upper(3), directory_.path("cell/upper3"));
    EXPECT_TRUE(directory_.has("cell/work3"));
    struct stat status{};
    ASSERT_EQ(::stat(scratch->upper(3).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 01770U);
    EXPECT_EQ(status.st_uid, 1000U);
    EXPECT_EQ(status.st_gid, 2000U);
    directory_.make_directory("cell/work0/work/incompat/volatile");
    directory_.write("cell/upper3/deep/down/file", "x", 0);
    directory_.make_directory("cell/upper3/deep", 0);
    scratch->begin_removal(freeing);
    const auto closed = scratch->close();
    EXPECT_TRUE(closed) << closed.error().message();
    EXPECT_FALSE(directory_.has("cell"));
    EXPECT_EQ(open_descriptors(), descriptors);
    EXPECT_TRUE(scratch->close()) << "a second close has nothing to do";
  }
}

TEST_F(ScratchRoot, DestructorRemovesToo) {
  {
    const auto scratch = Scratch::create(directory_.path("cell"), false, std::nullopt);
    ASSERT_TRUE(scratch);
    directory_.write("cell/file", "x");
  }
  EXPECT_FALSE(directory_.has("cell"));
}

TEST_F(ScratchRoot, NeverTakesOverADirectoryThatIsThere) {
  directory_.write("cell/precious", "x");
  EXPECT_FALSE(Scratch::create(directory_.path("cell"), false, std::nullopt));
  EXPECT_TRUE(directory_.has("cell/precious"));
}

TEST_F(ScratchRoot, OnTmpfsTheSizeIsACap) {
  auto scratch = Scratch::create(directory_.path("cell"), true, mebibytes(1));
  ASSERT_TRUE(scratch) << scratch.error().message();
  EXPECT_TRUE(is_mounted(directory_.path("cell")));
  directory_.write("cell/big", std::string(2 << 20, 'x'));
  EXPECT_LE(std::filesystem::file_size(directory_.path("cell/big")), std::uintmax_t{1} << 20);
  const auto closed = scratch->close();
  EXPECT_TRUE(closed) << closed.error().message();
  EXPECT_FALSE(is_mounted(directory_.path("cell")));
  EXPECT_FALSE(directory_.has("cell"));
}

TEST_F(ScratchRoot, AnImpossibleTmpfsLeavesNothing) {
  EXPECT_FALSE(Scratch::create(directory_.path("missing/cell"), true, std::nullopt));
  EXPECT_FALSE(directory_.has("missing"));
}

}  // namespace
}  // namespace hermetric
