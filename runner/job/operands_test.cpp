#include "runner/job/operands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace hermetric {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHere = "/here";

TEST(Operands, PathsAreMadeAbsoluteAndNormal) {
  EXPECT_EQ(*parse_path("a/../b/", kHere), "/here/b");
  EXPECT_EQ(*parse_path("/x//y/.", kHere), "/x/y");
  EXPECT_EQ(*parse_path(".", kHere), "/here");
  EXPECT_EQ(*parse_path("/", kHere), "/");
  EXPECT_FALSE(parse_path("", kHere));
}

TEST(Operands, PathPairs) {
  EXPECT_EQ(parse_path_pair("src", kHere)->destination, "/here/src");
  const auto pair = parse_path_pair("src:/dst", kHere);
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->source, "/here/src");
  EXPECT_EQ(pair->destination, "/dst");
  for (const std::string_view text : {"", ":", "a:", ":b", "a:b:c"}) EXPECT_FALSE(parse_path_pair(text, kHere)) << text;
}

TEST(Operands, Tmpfs) {
  EXPECT_EQ(parse_tmpfs("/x", kHere)->size, std::nullopt);
  EXPECT_EQ(parse_tmpfs("/x:1M", kHere)->size, mebibytes(1));
  for (const std::string_view text : {"", ":1M", "/x:", "/x:0", "/x:1:2", "/x:lots"})
    EXPECT_FALSE(parse_tmpfs(text, kHere)) << text;
}

TEST(Operands, RootScratchAndStdinHaveWordsBesidePaths) {
  EXPECT_EQ(*parse_root("host", kHere), "host");
  EXPECT_EQ(*parse_root("image:alpine", kHere), "image:alpine");
  EXPECT_EQ(*parse_root("rootfs", kHere), "/here/rootfs");
  EXPECT_FALSE(parse_root("image:", kHere));
  EXPECT_EQ(*parse_scratch("tmpfs", kHere), "tmpfs");
  EXPECT_EQ(*parse_scratch("s", kHere), "/here/s");
  EXPECT_EQ(*parse_stdin("inherit", kHere), "inherit");
  EXPECT_EQ(*parse_stdin("in.txt", kHere), "/here/in.txt");
}

TEST(Operands, Cpusets) {
  for (const std::string_view text : {"0", "0-3", "0-3,7", "1,0", "2-2"}) EXPECT_TRUE(parse_cpuset(text)) << text;
  for (const std::string_view text : {"", ",", "0,", "3-0", "0-", "-1", "0-1-2", "a", "0 1", "65536"})
    EXPECT_FALSE(parse_cpuset(text)) << text;
}

TEST(Operands, IoCaps) {
  const auto cap = parse_io_max("8:0:rbps=10M,wiops=100");
  ASSERT_TRUE(cap);
  EXPECT_EQ(cap->device, "8:0");
  EXPECT_EQ(cap->read_bytes_per_second, 10U << 20);
  EXPECT_EQ(cap->write_ops_per_second, 100U);
  EXPECT_FALSE(cap->write_bytes_per_second);
  EXPECT_EQ(parse_io_max("/dev/sda:riops=1")->device, "/dev/sda");
  for (const std::string_view text :
       {"", "/dev/sda", "/dev/sda:", ":rbps=1", "/dev/sda:rbps", "/dev/sda:rbps=", "/dev/sda:riops=1K",
        "/dev/sda:bps=1", "/dev/sda:rbps=1,rbps=2", "/dev/sda:rbps=1,"})
    EXPECT_FALSE(parse_io_max(text)) << text;
  EXPECT_THAT(parse_io_max("/dev/sda:rbps=fast").error().message(), HasSubstr("rbps: \"fast\" is not a size"));
}

TEST(Operands, Users) {
  EXPECT_EQ(parse_user("1000")->gid, 1000U);
  EXPECT_EQ(parse_user("1000:100")->gid, 100U);
  for (const std::string_view text : {"", "root", "1:", ":1", "1:2:3", "4294967295"})
    EXPECT_FALSE(parse_user(text)) << text;
}

TEST(Operands, Names) {
  EXPECT_TRUE(parse_host_name("job-1.example"));
  for (const std::string_view text : {"", "-a", "a-", "a_b", "a b"}) EXPECT_FALSE(parse_host_name(text)) << text;
  EXPECT_TRUE(parse_host_name(std::string(64, 'a')));
  EXPECT_FALSE(parse_host_name(std::string(65, 'a')));

  EXPECT_EQ(parse_assignment("K=a=b")->second, "a=b");
  EXPECT_EQ(parse_assignment("K=")->second, "");
  EXPECT_FALSE(parse_assignment("K"));
  EXPECT_FALSE(parse_assignment("=v"));

  EXPECT_TRUE(parse_job_name("test (SEED=1, OS=a) \xC3\xA4"));
  for (const std::string_view text : {"", "a\nb", "\x1b[31m", "a\x7f", "\xC2\x9B"})
    EXPECT_FALSE(parse_job_name(text)) << text;
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xC3\xA4";
  EXPECT_TRUE(parse_job_name(umlauts));
  EXPECT_FALSE(parse_job_name(umlauts + "a"));
}

}  // namespace
}  // namespace hermetric
