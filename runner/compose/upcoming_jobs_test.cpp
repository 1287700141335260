#include "runner/compose/upcoming_jobs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hermetric {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Names = std::vector<std::string>;

/// Jobs of these names; what a job needs is told apart by its hostname, which is its name.
class UpcomingJobsTest : public ::testing::Test {
 protected:
  void make(const Names& names, std::size_t window) {
    for (const std::string& name : names) {
      JobSpec job;
      job.name = name;
      pipeline_.jobs.push_back(job);
    }
    window_ = window;
  }

  Names next_after(std::size_t job) {
    if (!upcoming_)
      upcoming_.emplace(pipeline_, window_, [this](const JobSpec& each) -> std::optional<SandboxSpec> {
        ++resolved_;
        if (each.name.starts_with("bad")) return std::nullopt;
        SandboxSpec spec;
        spec.name = each.name;
        spec.hostname = each.name;
        spec.argv = {"true"};
        return spec;
      });
    upcoming_->gone(pipeline_.jobs[job].name);
    told_ = upcoming_->next();
    Names names;
    for (const SandboxSpec& need : told_) names.push_back(need.hostname);
    return names;
  }

  Pipeline pipeline_;
  std::size_t window_ = 0;
  std::optional<UpcomingJobs> upcoming_;
  std::vector<SandboxSpec> told_;
  int resolved_ = 0;
};

TEST_F(UpcomingJobsTest, TellsOfTheNextOnesInOrder) {
  make({"a", "b", "c", "d"}, 2);
  EXPECT_THAT(next_after(0), ElementsAre("b", "c"));
  EXPECT_THAT(next_after(2), ElementsAre("b", "d"));
  EXPECT_THAT(next_after(1), ElementsAre("d"));
  EXPECT_THAT(next_after(3), IsEmpty());
}

TEST_F(UpcomingJobsTest, TellsOfNeedsAndNotOfJobs) {
  make({"a", "b"}, 2);
  next_after(0);
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_NE(told_[0].name, "b");
  EXPECT_TRUE(told_[0].argv.empty());
}

TEST_F(UpcomingJobsTest, AJobGoesOnce) {
  make({"a", "b", "c"}, 1);
  EXPECT_THAT(next_after(0), ElementsAre("b"));
  EXPECT_THAT(next_after(0), ElementsAre("b")) << "another attempt of the same job";
}

TEST_F(UpcomingJobsTest, ResolvesEachOnce) {
  make({"a", "b", "c", "d"}, 2);
  for (std::size_t job = 0; job < 4; ++job) next_after(job);
  EXPECT_EQ(resolved_, 3) << "all but the first, which had started";
}

TEST_F(UpcomingJobsTest, LeavesOutWhatCannotBeForeseen) {
  make({"a", "with inputs", "after a failure", "bad", "e"}, 2);
  pipeline_.jobs[1].inputs = {"a"};
  pipeline_.jobs[2].when = When::kFailed;
  EXPECT_THAT(next_after(0), ElementsAre("e"));
}

}  // namespace
}  // namespace hermetric
