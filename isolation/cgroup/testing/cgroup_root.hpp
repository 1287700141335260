#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isolation/cgroup/cgroup.hpp"
#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/cgroup/testing/fake_tree.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/testing/require.hpp"

namespace hermetric::testing {

inline bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

/// Groups of this host's kernel, and a check that none of them is left behind. The parameter is "mounted", or "v1" for
/// a hybrid host as if cgroup2 were not mounted.
class CgroupRoot : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    HERMETRIC_NEED("root", ::geteuid() == 0, "the tests make groups below their own");
    CgroupRoots roots;
    if (only_v1()) roots.mountinfo = tree_.path("mountinfo");
    if (only_v1()) tree_.write("mountinfo", mounts_without_cgroup2());
    auto driver = find_cgroups(roots);
    ASSERT_TRUE(driver) << driver.error().message();
    driver_ = *std::move(driver);
    HERMETRIC_NEED(only_v1() ? "cgroup-v1" : "cgroup", driver_->layout() != CgroupLayout::kNone,
                   "no hierarchy in which a group can be made");
  }

  void TearDown() override {
    for (const std::string& path : made_) EXPECT_FALSE(exists(path)) << path << " was left behind";
  }

  static bool only_v1() { return GetParam() == std::string_view("v1"); }

  static std::string mounts_without_cgroup2() {
    std::string mounts;
    const std::string text = read_file("/proc/self/mountinfo").value_or("");
    for (const std::string_view line : split(text, '\n'))
      if (line.find(" - cgroup2 ") == std::string_view::npos) mounts.append(line).append("\n");
    return mounts;
  }

  static std::string fresh_name() {
    static int counter = 0;
    return "hermetric-test-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
  }

  Result<std::unique_ptr<Cgroup>> try_create(const CgroupRequest& request) {
    const std::string name = fresh_name();
    for (std::string& path : driver_->paths_of(name, request)) made_.push_back(std::move(path));
    return driver_->create(name, request);
  }

  std::unique_ptr<Cgroup> create(const CgroupRequest& request) {
    auto group = try_create(request);
    if (!group) ADD_FAILURE() << group.error().message();
    return group ? *std::move(group) : nullptr;
  }

  FakeTree tree_;
  std::unique_ptr<CgroupDriver> driver_;
  std::vector<std::string> made_;
};

}  // namespace hermetric::testing
