#include "runner/job/select_jobs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/job/job_file.hpp"

namespace hermetric {
namespace {

using testing::ElementsAre;

std::vector<std::string> selected(const std::vector<std::string>& names) {
  const auto pipeline = parse_job_file(R"(
jobs:
  lint: {command: x}
  build: {command: x}
  test: {command: x, needs: [build], matrix: {S: [1, 2]}}
  report: {command: x, needs: ['test (S=2)']}
)",
                                       "f", {.directory = "/", .variables = {}});
  const auto selection = select_jobs(*pipeline, names);
  if (!selection) return {selection.error().message()};
  std::vector<std::string> result;
  for (const JobSpec& job : selection->jobs) result.push_back(job.name);
  return result;
}

TEST(SelectJobs, TakesWhatIsNeededInTheFilesOrder) {
  EXPECT_THAT(selected({}), ElementsAre("lint", "build", "test (S=1)", "test (S=2)", "report"));
  EXPECT_THAT(selected({"lint"}), ElementsAre("lint"));
  EXPECT_THAT(selected({"report", "lint"}), ElementsAre("lint", "build", "test (S=2)", "report"));
  EXPECT_THAT(selected({"test"}), ElementsAre("build", "test (S=1)", "test (S=2)"));
  EXPECT_THAT(selected({"test (S=1)", "build"}), ElementsAre("build", "test (S=1)"));
}

TEST(SelectJobs, OffersTheNearestName) {
  EXPECT_THAT(selected({"biuld"}), ElementsAre("--job: there is no job \"biuld\" (did you mean \"build\"?)"));
}

}  // namespace
}  // namespace hermetric
