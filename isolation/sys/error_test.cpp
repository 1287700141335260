#include "isolation/sys/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace hermetric {
namespace {

TEST(Error, NamesCallObjectAndReason) {
  const Error error = Error::system("mkdir", "/x/y", ENOENT);
  EXPECT_EQ(error.message(), "mkdir /x/y: No such file or directory");
  EXPECT_EQ(error.error_number(), ENOENT);
}

TEST(Error, LayersAddTheirNounAndTheRemedyComesLast) {
  const Error error = Error::system("write", "memory.max", EACCES).in("memory cap").in("job a").remedy("run as root");
  EXPECT_EQ(error.message(), "job a: memory cap: write memory.max: Permission denied (run as root)");
  EXPECT_EQ(error.error_number(), EACCES);
}

TEST(Error, ALimitThatWasReachedHasItsRemedy) {
  EXPECT_EQ(Error::system("open", "/x", EMFILE).message(),
            "open /x: Too many open files (raise the limit of open files: ulimit -n)");
  EXPECT_EQ(Error::system("clone3", "", ENOSPC).message(),
            "clone3: No space left on device (raise the sysctls user.max_*_namespaces)");
  EXPECT_NE(Error::system("mkdir", "/var/x", ENOSPC).message().find("free space or inodes"), std::string::npos);
  EXPECT_NE(Error::system("fork", "", EAGAIN).message().find("pids cap"), std::string::npos);
  EXPECT_EQ(Error::system("write", "/sys/fs/cgroup/cpuset/x/tasks", ENOSPC).message(),
            "write /sys/fs/cgroup/cpuset/x/tasks: No space left on device");
  EXPECT_EQ(Error::system("read", "", EAGAIN).message(), "read: Resource temporarily unavailable");
}

}  // namespace
}  // namespace hermetric
