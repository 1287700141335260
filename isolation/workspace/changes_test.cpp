/// Changes of overlays: uppers made by hand, and a law checked on real mounts with random operations.

#include "isolation/workspace/changes.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <map>
#include <random>

#include "isolation/sys/system.hpp"
#include "isolation/sys/testing/require.hpp"
#include "isolation/sys/testing/temporary_directory.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;
using ::hermetric::testing::TemporaryDirectory;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ChangesRoot : public ::testing::Test {
 protected:
  void SetUp() override {
    HERMETRIC_NEED("root", ::geteuid() == 0, "whiteouts and trusted xattrs");
    for (const char* name : {"upper", "lower", "inputs"}) tree_.make_directory(name);
  }

  void whiteout(const std::string& name) {
    ASSERT_EQ(::mknod(tree_.path("upper/" + name).c_str(), S_IFCHR, makedev(0, 0)), 0) << name;
  }

  void set(const std::string& directory, const char* attribute, std::string_view value) {
    tree_.make_directory("upper/" + directory);
    const auto done = sys::setxattr(tree_.path("upper/" + directory), attribute, value);
    ASSERT_TRUE(done) << done.error().message();
  }

  /// "+ path", "~ path", "- path", directories with a slash behind.
  std::vector<std::string> changes(std::vector<std::string> lowers = {"lower"}) {
    for (std::string& lower : lowers) lower = tree_.path(lower);
    std::vector<std::string> lines;
    const auto done = visit_changes({tree_.path("upper"), lowers}, [&](const Change& change) -> Status {
      static constexpr std::array<const char*, 3> kSigns = {"+ ", "~ ", "- "};
      const char* slash = S_ISDIR(change.status.st_mode) ? "/" : "";
      lines.push_back(kSigns[static_cast<std::size_t>(change.kind)] + change.path + slash);
      struct stat there{};
      EXPECT_EQ(::fstatat(change.dir, change.name.c_str(), &there, AT_SYMLINK_NOFOLLOW), 0) << lines.back();
      EXPECT_EQ(there.st_ino, change.status.st_ino) << lines.back();
      return {};
    });
    EXPECT_TRUE(done) << done.error().message();
    return lines;
  }

  static constexpr const char* kOpaque = "trusted.overlay.opaque";
  static constexpr const char* kRedirect = "trusted.overlay.redirect";
  TemporaryDirectory tree_;
};

TEST_F(ChangesRoot, AnEmptyUpperIsNoChange) {
  tree_.write("lower/a", "x");
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(ChangesRoot, FilesAreCreatedOrModified) {
  tree_.write("lower/old", "x");
  tree_.write("upper/old", "y");
  tree_.write("upper/new", "y");
  EXPECT_THAT(changes(), UnorderedElementsAre("~ old", "+ new"));
}

TEST_F(ChangesRoot, DirectoriesComeBeforeWhatIsInThem) {
  tree_.write("upper/a/b/c", "x");
  EXPECT_THAT(changes(), ElementsAre("+ a/", "+ a/b/", "+ a/b/c"));
}

TEST_F(ChangesRoot, AWhiteoutDeletesAllThatWasThere) {
  tree_.write("lower/dir/deep/file", "x");
  tree_.write("lower/file", "x");
  whiteout("dir");
  whiteout("file");
  whiteout("never-was");
  EXPECT_THAT(changes(), ElementsAre("- dir/", "- dir/deep/", "- dir/deep/file", "- file"));
}

TEST_F(ChangesRoot, AnOpaqueDirectoryHidesWhatWasThere) {
  tree_.write("lower/dir/gone", "x");
  tree_.write("lower/dir/again", "x");
  set("dir", kOpaque, "y");
  tree_.write("upper/dir/again", "y");
  EXPECT_THAT(changes(), UnorderedElementsAre("~ dir/", "~ dir/again", "- dir/gone"));
}

TEST_F(ChangesRoot, AFileInPlaceOfADirectoryAndTheReverse) {
  tree_.write("lower/was-dir/inner", "x");
  tree_.write("upper/was-dir", "file");
  tree_.write("lower/was-file", "x");
  tree_.write("upper/was-file/inner", "x");
  EXPECT_THAT(changes(), ElementsAre("- was-dir/", "- was-dir/inner", "+ was-dir", "- was-file", "+ was-file/",
                                     "+ was-file/inner"));
}

TEST_F(ChangesRoot, ARenamedDirectoryIsDeletedThereAndCreatedHere) {
  tree_.write("lower/from/file", "x");
  tree_.write("lower/from/sub/file", "x");
  whiteout("from");
  set("to", kRedirect, "from");
  EXPECT_THAT(changes(), UnorderedElementsAre("- from/", "- from/file", "- from/sub/", "- from/sub/file", "+ to/",
                                              "+ to/file", "+ to/sub/", "+ to/sub/file"));
}

TEST_F(ChangesRoot, ADirectoryMayBeRenamedIntoANewOne) {
  tree_.write("lower/from/file", "x");
  whiteout("from");
  set("new/to", kRedirect, "/from");
  EXPECT_THAT(changes(), UnorderedElementsAre("- from/", "- from/file", "+ new/", "+ new/to/", "+ new/to/file"));
}

TEST_F(ChangesRoot, ADirectoryMayBeRenamedToWhereAnotherWas) {
  tree_.write("lower/from/both", "from");
  tree_.write("lower/from/only-from", "x");
  tree_.write("lower/to/both", "to");
  tree_.write("lower/to/only-to", "x");
  whiteout("from");
  set("to", kRedirect, "from");
  EXPECT_THAT(changes(), UnorderedElementsAre("- from/", "- from/both", "- from/only-from", "~ to/", "~ to/both",
                                              "+ to/only-from", "- to/only-to"));
}

TEST_F(ChangesRoot, LowersAreMerged) {
  tree_.write("inputs/build/from-input", "x");
  tree_.write("lower/build/from-workspace", "x");
  tree_.write("lower/build/sub/deep", "x");
  whiteout("build");
  EXPECT_THAT(changes({"inputs", "lower"}),
              UnorderedElementsAre("- build/", "- build/from-input", "- build/from-workspace", "- build/sub/",
                                   "- build/sub/deep"));
}

TEST_F(ChangesRoot, AFileOfAnUpperLowerHidesADirectoryBelowIt) {
  tree_.write("inputs/name", "file");
  tree_.write("lower/name/never-seen", "x");
  tree_.make_directory("upper/name");
  set("name", kOpaque, "y");
  EXPECT_THAT(changes({"inputs", "lower"}), UnorderedElementsAre("- name", "+ name/"));
}

TEST_F(ChangesRoot, SymlinksAreNeverFollowed) {
  tree_.write("outside/secret", "x");
  fs::create_symlink(tree_.path("outside"), tree_.path("upper/link"));
  fs::create_symlink(tree_.path("outside"), tree_.path("lower/dir"));
  tree_.make_directory("upper/dir");
  EXPECT_THAT(changes(), UnorderedElementsAre("+ link", "- dir", "+ dir/"));
}

TEST_F(ChangesRoot, CountsAreOfFilesAndOfWhatRegularOnesHold) {
  tree_.write("lower/a", "12");
  tree_.write("lower/b", "12");
  tree_.write("upper/a", "12345");
  tree_.write("upper/d/c", "123");
  fs::create_symlink("a", tree_.path("upper/link"));
  whiteout("b");
  const auto counts = count_changes({tree_.path("upper"), {tree_.path("lower")}});
  ASSERT_TRUE(counts) << counts.error().message();
  EXPECT_EQ(counts->files_created, 2U);
  EXPECT_EQ(counts->files_modified, 1U);
  EXPECT_EQ(counts->files_deleted, 1U);
  EXPECT_EQ(counts->bytes_written, 8U);
}

TEST_F(ChangesRoot, NestingWithoutEndIsAnError) {
  std::string path = tree_.path("upper");
  for (int i = 0; i < 300; ++i) ASSERT_EQ(::mkdir((path += "/d").c_str(), 0755), 0);
  const auto counts = count_changes({tree_.path("upper"), {tree_.path("lower")}});
  ASSERT_FALSE(counts);
  EXPECT_NE(counts.error().message().find("too deep"), std::string::npos) << counts.error().message();
}

/// Random work on a mounted overlay. Every content is unique and names of renames are fresh, so what differs between
/// before and after is exactly what was changed.
class RandomWork {
 public:
  RandomWork(std::string root, unsigned seed) : root_(std::move(root)), random_(seed) {}

  void step() {
    switch (pick(9)) {
      case 0: return write(any_directory() + "/" + fresh());
      case 1: return write(any_file());
      case 2: return remove(any_file());
      case 3: return rename(any_file(), any_directory() + "/" + fresh());
      case 4: return rename(any_file(), any_file());
      case 5: return rename(any_subdirectory(), any_directory() + "/" + fresh());
      case 6: return replace_directory(any_subdirectory());
      case 7: return link(any_file());
      default: return change_mode(any_file());
    }
  }

  [[nodiscard]] const std::string& log() const { return log_; }

 private:
  std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }
  std::string fresh() { return "n" + std::to_string(next_++); }

  std::vector<std::string> all(bool directories) {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(root_))
      if ((entry.symlink_status().type() == fs::file_type::directory) == directories) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
  }
  std::string one_of(const std::vector<std::string>& names) { return names.empty() ? "" : names[pick(names.size())]; }
  std::string any_file() { return one_of(all(false)); }
  std::string any_subdirectory() { return one_of(all(true)); }
  std::string any_directory() {
    std::vector<std::string> directories = all(true);
    directories.push_back(root_);
    return one_of(directories);
  }

  void note(const std::string& what) { log_ += what + "\n"; }
  void write(const std::string& path) {
    if (path.empty() || fs::is_symlink(path)) return;
    note("write " + path);
    std::ofstream(path, std::ios::app) << "content " << next_++;
  }
  void remove(const std::string& path) {
    if (path.empty()) return;
    note("remove " + path);
    fs::remove(path);
  }
  void rename(const std::string& from, const std::string& to) {
    if (from.empty() || to.empty() || from == to || to.starts_with(from + "/")) return;
    note("rename " + from + " " + to);
    std::error_code error;
    fs::rename(from, to, error);
    if (error) note("  " + error.message());
  }
  /// rm -r, then again a directory (with some of the old names), a file or a renamed directory of that name.
  void replace_directory(const std::string& path) {
    if (path.empty()) return;
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path)) names.push_back(entry.path().filename());
    note("replace " + path);
    fs::remove_all(path);
    const std::size_t kind = pick(4);
    if (kind == 0) return;
    if (kind == 1) return write(path);
    if (kind == 2) return rename(any_subdirectory(), path);
    fs::create_directory(path);
    for (const std::string& name : names)
      if (pick(2) == 0) write(path + "/" + name);
  }
  void link(const std::string& file) {
    const std::string to = any_directory() + "/" + fresh();
    if (file.empty()) return;
    note("link " + file + " " + to);
    if (pick(2) == 0)
      fs::create_symlink(file, to);
    else
      fs::create_hard_link(file, to);
  }
  void change_mode(const std::string& path) {
    if (path.empty() || fs::is_symlink(path)) return;
    note("chmod " + path);
    ::chmod(path.c_str(), static_cast<mode_t>(0600 + pick(040)));
  }

  std::string root_;
  std::mt19937 random_;
  unsigned next_ = 0;
  std::string log_;
};

/// What a file looks like, for comparison: everything but times and inode.
std::string fingerprint(const fs::path& path) {
  struct stat status{};
  ::lstat(path.c_str(), &status);
  std::string text = std::to_string(status.st_mode) + " " + std::to_string(status.st_nlink) + " ";
  if (S_ISLNK(status.st_mode)) return text + fs::read_symlink(path).string();
  return text + read_file(path.string()).value_or("unreadable");
}

std::map<std::string, std::string> files_below(const std::string& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.symlink_status().type() != fs::file_type::directory)
      files.emplace(entry.path().lexically_relative(root), fingerprint(entry.path()));
  return files;
}

/// "+ path", "~ path" and "- path" of two listings.
std::vector<std::string> compare(const std::map<std::string, std::string>& before,
                                 const std::map<std::string, std::string>& after) {
  std::vector<std::string> lines;
  for (const auto& [path, look] : after) {
    const auto old = before.find(path);
    if (old == before.end()) lines.push_back("+ " + path);
    if (old != before.end() && old->second != look) lines.push_back("~ " + path);
  }
  for (const auto& [path, look] : before)
    if (!after.contains(path)) lines.push_back("- " + path);
  return lines;
}

class ChangesOfRandomWorkRoot : public ChangesRoot, public ::testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    ChangesRoot::SetUp();
    if (IsSkipped()) return;
    static const bool kApart = ::unshare(CLONE_NEWNS) == 0 && ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, "") == 0;
    ASSERT_TRUE(kApart);
    for (const char* name : {"work", "merged"}) tree_.make_directory(name);
    for (const char* file : {"a", "d/b", "d/c", "d/e/f", "d/e/g", "h/b", "h/e/i", "j/k/l/m"}) {
      tree_.write(std::string("lower/") + file, std::string("lower ") + file);
      if (file[0] != 'a') tree_.write(std::string("inputs/") + file + "2", std::string("inputs ") + file);
    }
    tree_.write("inputs/d/c", "inputs hide the workspace");
    fs::create_symlink("d/b", tree_.path("lower/s"));
    const std::string options = "lowerdir=" + tree_.path("inputs") + ":" + tree_.path("lower") +
                                ",upperdir=" + tree_.path("upper") + ",workdir=" + tree_.path("work") +
                                ",redirect_dir=on,index=off,metacopy=off";
    const auto mounted = sys::mount("overlay", tree_.path("merged"), "overlay", 0, options);
    ASSERT_TRUE(mounted) << mounted.error().message();
  }
  void TearDown() override { ::umount2(tree_.path("merged").c_str(), MNT_DETACH); }
};

INSTANTIATE_TEST_SUITE_P(Seeds, ChangesOfRandomWorkRoot, ::testing::Range(0, testing::is_emulated() ? 10 : 60));

TEST_P(ChangesOfRandomWorkRoot, AreTheDifferenceOfBeforeAndAfter) {
  const auto before = files_below(tree_.path("merged"));
  RandomWork work(tree_.path("merged"), static_cast<unsigned>(GetParam()));
  for (int i = 0; i < 5 + GetParam(); ++i) work.step();
  const auto after = files_below(tree_.path("merged"));
  ASSERT_EQ(::umount2(tree_.path("merged").c_str(), 0), 0);

  std::vector<std::string> files;
  for (const std::string& line : changes({"inputs", "lower"}))
    if (!line.ends_with("/")) files.push_back(line);
  std::vector<std::string> both_kinds = compare(before, after);
  EXPECT_THAT(files, ::testing::UnorderedElementsAreArray(both_kinds)) << work.log();
}

}  // namespace
}  // namespace hermetric
