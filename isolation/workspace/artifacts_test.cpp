#include "isolation/workspace/artifacts.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "isolation/sys/testing/require.hpp"
#include "isolation/sys/testing/temporary_directory.hpp"

namespace hermetric {
namespace {

using ::hermetric::testing::TemporaryDirectory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Upper and lower made by hand: what a dead job left.
class Artifacts : public ::testing::Test {
 protected:
  Artifacts() {
    tree_.make_directory("lower");
    tree_.make_directory("upper");
  }

  Collection collect(const std::vector<std::string>& patterns) {
    auto collection = collect_artifacts({tree_.path("upper"), {tree_.path("lower")}}, "/work", patterns, out());
    if (!collection) ADD_FAILURE() << collection.error().message();
    return collection ? *std::move(collection) : Collection{};
  }

  void link(const std::string& target, const std::string& name) {
    ASSERT_EQ(::symlink(target.c_str(), tree_.path("upper/" + name).c_str()), 0);
  }

  [[nodiscard]] std::string out() const { return tree_.path("out"); }

  static std::vector<std::string> paths_of(const Collection& collection) {
    std::vector<std::string> paths;
    for (const CollectedFile& file : collection.files) paths.push_back(file.path);
    std::sort(paths.begin(), paths.end());
    return paths;
  }

  TemporaryDirectory tree_;
};

TEST_F(Artifacts, AreWhatTheJobMadeOrChangedAndNothingElse) {
  tree_.write("lower/untouched.txt", "old");
  tree_.write("lower/changed.txt", "old");
  tree_.write("upper/changed.txt", "new");
  tree_.write("upper/deep/made.txt", "made");
  tree_.write("upper/other.bin", "x");
  const Collection collection = collect({"**/*.txt"});
  EXPECT_THAT(paths_of(collection), ElementsAre("changed.txt", "deep/made.txt"));
  EXPECT_EQ(tree_.read("out/changed.txt"), "new");
  EXPECT_EQ(tree_.read("out/deep/made.txt"), "made");
  EXPECT_FALSE(tree_.has("out/untouched.txt"));
  EXPECT_THAT(collection.warnings, IsEmpty());
}

TEST_F(Artifacts, HaveTheirSizeAndDigest) {
  tree_.write("upper/abc", "abc");
  tree_.write("upper/empty", "");
  const Collection collection = collect({"*"});
  ASSERT_EQ(collection.files.size(), 2U);
  EXPECT_EQ(collection.files[0].size, Bytes{3});
  EXPECT_EQ(collection.files[0].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(collection.files[1].sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_F(Artifacts, KeepModesWithoutSetIdBitsAndTimes) {
  tree_.write("upper/tool", "x", 06755);
  tree_.make_directory("upper/dir", 0750);
  const std::array<timespec, 2> times = {{{1'000'000'000, 5}, {1'100'000'000, 123'456'789}}};
  for (const char* name : {"upper/tool", "upper/dir"})
    ASSERT_EQ(::utimensat(AT_FDCWD, tree_.path(name).c_str(), times.data(), 0), 0);
  (void)collect({"**"});
  for (const auto& [name, mode] : {std::pair{"out/tool", 0755U}, std::pair{"out/dir", 0750U}}) {
    struct stat status{};
    ASSERT_EQ(::stat(tree_.path(name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 07777, mode) << name;
    EXPECT_EQ(status.st_mtim.tv_sec, 1'100'000'000) << name;
    EXPECT_EQ(status.st_mtim.tv_nsec, 123'456'789) << name;
  }
}

TEST_F(Artifacts, SymlinksStayInsideOrAreLeftOut) {
  tree_.write("upper/dir/file", "x");
  link("dir/file", "inside");
  link("/work/dir", "absolute");
  link("../etc/passwd", "outside");
  link("/etc/passwd", "far");
  link("/workshop/x", "lookalike");
  link("dir/../../x", "winding");
  const Collection collection = collect({"*"});
  EXPECT_EQ(std::filesystem::read_symlink(out() + "/inside"), "dir/file");
  EXPECT_EQ(std::filesystem::read_symlink(out() + "/absolute"), "/work/dir");
  for (const char* name : {"outside", "far", "lookalike", "winding"}) {
    EXPECT_FALSE(tree_.has(std::string("out/") + name)) << name;
    EXPECT_THAT(collection.warnings, ::testing::Contains(HasSubstr(name)));
  }
}

TEST_F(Artifacts, FifosAndSocketsAreLeftWithAWarning) {
  ASSERT_EQ(::mkfifo(tree_.path("upper/fifo").c_str(), 0644), 0);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  tree_.path("upper/socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(listener);
  EXPECT_THAT(collect({"*"}).warnings, ElementsAre(HasSubstr("fifo"), HasSubstr("socket")));
  EXPECT_FALSE(tree_.has("out/fifo") || tree_.has("out/socket"));
}

TEST_F(Artifacts, DevicesAreLeftWithAWarning) {
  HERMETRIC_NEED("root", ::geteuid() == 0, "a device is made");
  ASSERT_EQ(::mknod(tree_.path("upper/zero").c_str(), S_IFCHR | 0666, makedev(1, 5)), 0);
  EXPECT_THAT(collect({"*"}).warnings, ElementsAre(HasSubstr("zero")));
  EXPECT_FALSE(tree_.has("out/zero"));
}

TEST_F(Artifacts, APatternWithoutAMatchIsAWarning) {
  tree_.write("upper/a", "x");
  tree_.write("lower/b", "not the job's");
  EXPECT_THAT(collect({"a", "b", "nothing/**"}).warnings, ElementsAre(HasSubstr("\"b\""), HasSubstr("\"nothing/**\"")));
}

TEST_F(Artifacts, NamesMayHoldAnyBytes) {
  const std::string newline = "two\nlines", invalid = "broken-\xff\xfe", blank = " lead and trail ";
  for (const std::string& name : {newline, invalid, blank}) tree_.write("upper/" + name, name);
  EXPECT_EQ(collect({"*"}).files.size(), 3U);
  for (const std::string& name : {newline, invalid, blank}) EXPECT_EQ(tree_.read("out/" + name), name);
}

TEST_F(Artifacts, NothingToTakeMakesNothing) {
  (void)collect({"*"});
  (void)collect({});
  EXPECT_FALSE(tree_.has("out"));
}

}  // namespace
}  // namespace hermetric
