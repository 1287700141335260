#include "runner/job/git_object.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "isolation/sys/testing/temporary_directory.hpp"
#include "runner/job/source_date.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kDate = 1'700'000'000;

/// A repository with commits whose committer's dates are kDate, kDate + 1 and so on.
class GitObject : public ::testing::Test {
 protected:
  void SetUp() override {
    run("git init -q -b main . && git config user.name tester && git config user.email tester@example.org");
    for (std::int64_t i = 0; i < 3; ++i) commit(kDate + i);
  }

  void run(const std::string& command) const {
    ASSERT_EQ(std::system(("cd '" + place() + "' && " + command).c_str()), 0) << command;
  }
  void commit(std::int64_t date) const {
    run("GIT_COMMITTER_DATE='" + std::to_string(date) + " +0200' git commit -q --allow-empty -m commit");
  }
  std::string place() const { return directory_.path(); }

  testing::TemporaryDirectory directory_;
};

TEST_F(GitObject, OfAFreshCommitIsLoose) {
  const HeadCommit head = read_head_commit(place());
  ASSERT_TRUE(head.in_repository && head.text);
  EXPECT_NE(head.text->find("committer tester <tester@example.org> 1700000002 +0200"), std::string::npos) << *head.text;
  fs::create_directories(directory_.path("a/b"));
  EXPECT_EQ(read_head_commit(directory_.path("a/b")).text, head.text);
}

TEST_F(GitObject, OfACloneIsPackedAndSoIsItsBranch) {
  const auto loose = read_head_commit(place()).text;
  run("git gc -q");
  ASSERT_FALSE(fs::exists(directory_.path(".git/refs/heads/main")));
  const auto packed = read_head_commit(place()).text;
  ASSERT_TRUE(packed);
  EXPECT_EQ(packed, loose);
  EXPECT_EQ(source_date_of(place()), kDate + 2);
}

TEST_F(GitObject, OfCommitsOfAPackIsRightOrLeftToGit) {
  int read = 0;
  for (std::int64_t i = 3; i < 60; ++i) commit(kDate + i);
  run("git gc -q");
  for (int i = 0; i < 60; i += 7) {
    run("git checkout -q --detach main~" + std::to_string(i));
    const std::string date = "> " + std::to_string(kDate + 59 - i) + " ";
    if (const auto text = read_head_commit(place()).text) {  // else it is a delta
      ++read;
      EXPECT_NE(text->find(date), std::string::npos) << *text;
    }
    EXPECT_EQ(source_date_of(place()), kDate + 59 - i);
  }
  EXPECT_GT(read, 0);
}

TEST_F(GitObject, OfALinkedWorkTreeIsInTheRepositoryItBelongsTo) {
  run("git worktree add -q -b side tree HEAD~1");
  EXPECT_EQ(source_date_of(directory_.path("tree")), kDate + 1);
  const HeadCommit head = read_head_commit(directory_.path("tree"));
  ASSERT_TRUE(head.text);
  EXPECT_NE(head.text->find("> 1700000001 "), std::string::npos) << *head.text;
}

TEST_F(GitObject, ADirectoryInNoRepositoryHasNone) {
  const testing::TemporaryDirectory other;
  EXPECT_FALSE(read_head_commit(other.path()).in_repository);
  EXPECT_EQ(source_date_of(other.path()), kDefaultSourceDate);
}

TEST_F(GitObject, WhatIsBrokenOrOfAnotherFormIsLeftToGit) {
  run("git gc -q && mv .git/objects/pack/*.idx broken");
  const std::string pack = directory_.path(".git/objects/pack/pack-x.idx");
  for (const std::string& text : {std::string("no index"), std::string("\377tOc\0\0\0\2", 8),
                                  std::string("\377tOc\0\0\0\2", 8) + std::string(1024, '\377')}) {
    std::ofstream(pack) << text;
    const HeadCommit head = read_head_commit(place());
    EXPECT_TRUE(head.in_repository);
    EXPECT_FALSE(head.text) << *head.text;
  }
  EXPECT_EQ(source_date_of(place()), kDefaultSourceDate) << "git cannot tell either";
}

}  // namespace
}  // namespace hermetric
