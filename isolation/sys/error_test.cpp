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

}  // namespace
}  // namespace hermetric
