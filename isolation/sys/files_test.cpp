#include "isolation/sys/files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(name_.data()), nullptr); }
  void TearDown() override { fs::remove_all(name_); }
  std::string path(const std::string& relative) const { return name_ + "/" + relative; }

 private:
  std::string name_ = testing::TempDir() + "hermetric-files-XXXXXX";
};

TEST_F(Files, ReplaceFileWritesWholeAndLeavesNoTemporary) {
  ASSERT_TRUE(replace_file(path("a"), "one"));
  ASSERT_TRUE(replace_file(path("a"), std::string(100'000, 'x')));
  EXPECT_EQ(read_file(path("a")).value(), std::string(100'000, 'x'));
  EXPECT_EQ(std::distance(fs::directory_iterator(path("")), fs::directory_iterator()), 1);
}

TEST_F(Files, ReplaceFileInMissingDirectorySaysWhere) {
  const Status status = replace_file(path("none/a"), "one");
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message().find(path("none/a")), std::string::npos);
}

TEST_F(Files, RemoveTreeTakesDeepTreesAndNeverFollowsSymlinks) {
  ASSERT_TRUE(make_directories(path("outside")));
  std::ofstream(path("outside/kept")) << "kept";
  ASSERT_TRUE(make_directories(path("tree/a/b")));
  fs::create_directory_symlink(path("outside"), path("tree/a/link"));
  std::ofstream(path("tree/a/b/file")) << "x";
  ASSERT_EQ(::chmod(path("tree/a/b").c_str(), 0), 0);

  Fd at(::open(path("tree").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int depth = 0; depth < 3000; ++depth) {
    ASSERT_EQ(::mkdirat(at.get(), "d", 0755), 0);
    at = Fd(::openat(at.get(), "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  const Status removed = remove_tree(path("tree"));
  EXPECT_TRUE(removed) << removed.error().message();
  EXPECT_FALSE(fs::exists(path("tree")));
  EXPECT_EQ(read_file(path("outside/kept")).value(), "kept");
}

TEST_F(Files, RemovesTreesBesideEachOtherAtOnce) {
  std::vector<std::string> trees;
  for (int tree = 0; tree < 8; ++tree) {
    trees.push_back(path("tree" + std::to_string(tree)));
    for (int branch = 0; branch < 20; ++branch)
      ASSERT_TRUE(make_directories(trees.back() + "/.removing-" + std::to_string(branch) + "/a/b/c/d"));
  }
  std::vector<std::thread> removers;
  for (const std::string& tree : trees)
    removers.emplace_back([&tree] {
      const Status removed = remove_tree(tree);
      EXPECT_TRUE(removed) << removed.error().message();
    });
  for (std::thread& remover : removers) remover.join();
  EXPECT_TRUE(fs::is_empty(path("")));
}

TEST_F(Files, RemoveTreeOfMissingPathIsNoError) { EXPECT_TRUE(remove_tree(path("missing"))); }

}  // namespace
}  // namespace hermetric
