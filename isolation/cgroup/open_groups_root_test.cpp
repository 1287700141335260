/// Views of groups that another process made, as `ps`, `pause` and `kill` take them, against this host's kernel.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <thread>

#include "isolation/cgroup/cgroup.hpp"
#include "isolation/cgroup/testing/cgroup_root.hpp"
#include "isolation/cgroup/testing/processes.hpp"

namespace hermetric {
namespace {

using testing::exists;
using testing::start_in;
using testing::touch_memory;
using testing::wait_for;

class OpenGroups : public testing::CgroupRoot {};

INSTANTIATE_TEST_SUITE_P(Host, OpenGroups, ::testing::Values("mounted", "v1"),
                         [](const auto& parameter) { return std::string(parameter.param); });

/// With that much memory and some CPU time, which is charged at a tick or when another runs; within five seconds.
CgroupSample sample_that_shows(Cgroup& group, Bytes memory) {
  CgroupSample sample = group.sample();
  for (int i = 0; i < 5000; ++i) {
    if (sample.memory_bytes.value_or(0) >= memory.count && sample.cpu_usage_usec.value_or(1) > 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    sample = group.sample();
  }
  return sample;
}

/// What `ps`, `pause` and `kill` of another process do with the directories that a ledger names.
TEST_P(OpenGroups, ControlGroupsOfAnotherAndLeaveThem) {
  const auto group = create({});
  ASSERT_NE(group, nullptr);
  const pid_t pid = start_in(group->entry(), [] {
    touch_memory(mebibytes(8));
    for (;;) asm volatile("");
  });
  std::vector<std::string> named = group->paths();
  named.push_back(named.front() + "-gone");
  {
    const auto view = open_groups(named);
    ASSERT_TRUE(view) << view.error().message();
    EXPECT_EQ((*view)->paths(), group->paths()) << "a directory that is gone is left out";
    EXPECT_EQ((*view)->populated().value_or(false), true);
    const CgroupSample sample = sample_that_shows(**view, mebibytes(8));
    EXPECT_GE(sample.memory_bytes.value_or(0), mebibytes(8).count);
    EXPECT_GT(sample.cpu_usage_usec.value_or(0), 0U);
    EXPECT_EQ(sample.pids.value_or(1), 1U);
    EXPECT_TRUE((*view)->freeze(true));
  }
  for (const std::string& path : made_) EXPECT_TRUE(exists(path)) << path << " went with the view";
  const auto view = open_groups(group->paths());
  ASSERT_TRUE(view);
  EXPECT_TRUE((*view)->kill());
  EXPECT_TRUE(WIFSIGNALED(wait_for(pid)));
}

TEST_P(OpenGroups, AreEmptyWithoutAGroupAndRefuseOtherDirectories) {
  const auto gone = open_groups({"/sys/fs/cgroup/hermetric-none", "/nowhere"});
  ASSERT_TRUE(gone) << gone.error().message();
  EXPECT_TRUE((*gone)->paths().empty());
  EXPECT_EQ((*gone)->populated().value_or(true), false);
  EXPECT_TRUE((*gone)->kill());
  EXPECT_FALSE((*gone)->freeze(true));
  EXPECT_FALSE(open_groups({"/etc"}));
}

}  // namespace
}  // namespace hermetric
