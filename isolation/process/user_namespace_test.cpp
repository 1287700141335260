#include "isolation/process/user_namespace.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"
#include "isolation/sys/testing/require.hpp"

namespace hermetric {
namespace {

class UserNamespaceRoot : public ::testing::Test {
 protected:
  void SetUp() override { HERMETRIC_NEED("root", ::geteuid() == 0, "maps need CAP_SETUID"); }
};

/// What /proc/self/`file` holds for a process that has entered the namespace.
std::string read_inside(const UserNamespace& user_namespace, const std::string& file) {
  const auto pipe = sys::pipe2(O_CLOEXEC);
  const pid_t child = ::fork();
  if (child == 0) {
    const bool entered = ::setns(user_namespace.fd(), CLONE_NEWUSER) == 0;
    const std::string text = entered ? read_file("/proc/self/" + file).value_or("unreadable") : "not entered";
    ::_exit(::write(pipe->write_end.get(), text.data(), text.size()) < 0);
  }
  ::waitpid(child, nullptr, 0);
  std::array<char, 256> text{};
  const ssize_t length = ::read(pipe->read_end.get(), text.data(), text.size());
  return {text.data(), static_cast<std::size_t>(length < 0 ? 0 : length)};
}

TEST_F(UserNamespaceRoot, MapsUsersAndGroupsAsAsked) {
  const auto made = UserNamespace::make({.first = 0x70000000, .count = 65536});
  ASSERT_TRUE(made) << made.error().message();
  for (const char* file : {"uid_map", "gid_map"}) {
    std::istringstream fields(read_inside(*made, file));
    const std::vector<std::uint32_t> numbers(std::istream_iterator<std::uint32_t>(fields), {});
    EXPECT_EQ(numbers, (std::vector<std::uint32_t>{0, 0x70000000, 1, 1, 0x70000001, 65535})) << file;
  }
}

TEST_F(UserNamespaceRoot, IsFreshEachTime) {
  const auto one = UserNamespace::make({.first = 1000, .count = 1}),
             other = UserNamespace::make({.first = 1000, .count = 1});
  ASSERT_TRUE(one && other);
  struct stat own{}, first{}, second{};
  ASSERT_EQ(::stat("/proc/self/ns/user", &own), 0);
  ASSERT_EQ(::fstat(one->fd(), &first), 0);
  ASSERT_EQ(::fstat(other->fd(), &second), 0);
  EXPECT_NE(first.st_ino, own.st_ino);
  EXPECT_NE(second.st_ino, own.st_ino);
  EXPECT_NE(first.st_ino, second.st_ino);
}

TEST_F(UserNamespaceRoot, AnImpossibleMapIsAnErrorThatNamesTheFile) {
  const auto made = UserNamespace::make({.first = 0, .count = 0});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message().find("uid_map"), std::string::npos) << made.error().message();
}

TEST_F(UserNamespaceRoot, LeavesNoHolderBehind) {
  ASSERT_TRUE(UserNamespace::make({.first = 1000, .count = 1}));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG | __WALL), -1) << "a child is left";
}

}  // namespace
}  // namespace hermetric
