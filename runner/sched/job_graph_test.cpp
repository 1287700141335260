#include "runner/sched/job_graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hermetric {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

JobSpec job(std::string name, std::vector<std::string> needs = {}, When when = When::kPassed) {
  JobSpec spec;
  spec.name = std::move(name);
  spec.needs = std::move(needs);
  spec.when = when;
  return spec;
}

std::vector<std::size_t> ready(const JobGraph& graph) { return {graph.ready().begin(), graph.ready().end()}; }

/// Ends a job and shows the skips as "NUMBER: reason".
std::vector<std::string> run(JobGraph& graph, std::size_t number, OutcomeStatus status) {
  graph.start(number);
  std::vector<std::string> skips;
  for (const Skip& skip : graph.finish(number, status)) skips.push_back(std::to_string(skip.job) + ": " + skip.reason);
  return skips;
}

TEST(JobGraph, StartsWhatNeedsNothingAndThenWhatNeededIt) {
  const Pipeline pipeline = {{job("a"), job("b", {"a", "c"}), job("c"), job("d", {"b"})}};
  JobGraph graph(pipeline);
  EXPECT_THAT(ready(graph), ElementsAre(0, 2));
  EXPECT_THAT(run(graph, 2, OutcomeStatus::kPassed), IsEmpty());
  EXPECT_THAT(ready(graph), ElementsAre(0));
  EXPECT_THAT(run(graph, 0, OutcomeStatus::kPassed), IsEmpty());
  EXPECT_THAT(ready(graph), ElementsAre(1));
  graph.start(1);
  EXPECT_FALSE(graph.done());
  EXPECT_THAT(graph.finish(1, OutcomeStatus::kPassed), IsEmpty());
  EXPECT_THAT(run(graph, 3, OutcomeStatus::kPassed), IsEmpty());
  EXPECT_TRUE(graph.done());
}

/// For each condition and each pair of ends of two needs: does the job start?
TEST(JobGraph, ConditionsByTheEndsOfTwoNeeds) {
  enum class End { kPass, kFail, kFailButContinue, kSkippedForNothing };
  using enum End;
  struct Row {
    End first, second;
    bool passed, failed, always;
  };
  const std::vector<Row> rows = {
      {kPass, kPass, true, false, true},
      {kPass, kFail, false, true, true},
      {kFail, kPass, false, true, true},
      {kFail, kFail, false, true, true},
      {kFailButContinue, kPass, true, false, true},
      {kFailButContinue, kFail, false, true, true},
      {kSkippedForNothing, kPass, false, false, true},
      {kSkippedForNothing, kFail, false, true, true},
      {kSkippedForNothing, kSkippedForNothing, false, false, true},
      {kSkippedForNothing, kFailButContinue, false, false, true},
  };
  for (const Row& row : rows) {
    for (const auto& [when, starts] : {std::pair{When::kPassed, row.passed}, std::pair{When::kFailed, row.failed},
                                       std::pair{When::kAlways, row.always}}) {
      Pipeline pipeline = {{job("good"), job("x"), job("y"), job("judged", {"x", "y"}, when)}};
      const End ends[] = {row.first, row.second};
      for (std::size_t i = 0; i < 2; ++i) {
        if (ends[i] == kFailButContinue) pipeline.jobs[i + 1].if_failed = IfFailed::kContinue;
        if (ends[i] == kSkippedForNothing) pipeline.jobs[i + 1] = job(i == 0 ? "x" : "y", {"good"}, When::kFailed);
      }
      JobGraph graph(pipeline);
      run(graph, 0, OutcomeStatus::kPassed);
      for (std::size_t i = 0; i < 2; ++i) {
        if (ends[i] == kSkippedForNothing) continue;
        run(graph, i + 1, ends[i] == kPass ? OutcomeStatus::kPassed : OutcomeStatus::kFailed);
      }
      EXPECT_EQ(graph.ready().contains(3), starts) << static_cast<int>(row.first) << static_cast<int>(row.second) << ' '
                                                   << kWhenNames[static_cast<std::size_t>(when)];
      EXPECT_EQ(graph.done(), !starts);
    }
  }
}

TEST(JobGraph, SkipsSayWhy) {
  const Pipeline pipeline = {{job("build"), job("test", {"build"}), job("report", {"test"}),
                              job("cleanup", {"report"}, When::kFailed), job("notify", {"build"}, When::kAlways)}};
  JobGraph graph(pipeline);
  EXPECT_THAT(run(graph, 0, OutcomeStatus::kTimedOut),
              ElementsAre("1: needs \"build\", which ran out of time", "2: needs \"test\", which was skipped"));
  EXPECT_THAT(ready(graph), ElementsAre(3, 4));

  const Pipeline good = {{job("a"), job("b", {"a"}, When::kFailed), job("c", {"b"}, When::kFailed), job("d", {"b"})}};
  JobGraph second(good);
  EXPECT_THAT(run(second, 0, OutcomeStatus::kPassed),
              ElementsAre("1: runs when one of its needs failed, and none did",
                          "2: runs when one of its needs failed, and none did", "3: needs \"b\", which was skipped"));
  EXPECT_TRUE(second.done());
}

TEST(JobGraph, OnlyAPassIsAPass) {
  for (std::size_t status = 0; status < kOutcomeStatusNames.size(); ++status) {
    Pipeline pipeline = {{job("a"), job("b", {"a"})}};
    JobGraph graph(pipeline);
    run(graph, 0, static_cast<OutcomeStatus>(status));
    EXPECT_EQ(graph.ready().contains(1), status == 0) << kOutcomeStatusNames[status];
  }
}

TEST(JobGraph, SkippingTheRestLeavesWhatRuns) {
  const Pipeline pipeline = {{job("a"), job("b"), job("c", {"a"}), job("d", {"c"}, When::kAlways)}};
  JobGraph graph(pipeline);
  graph.start(0);
  const auto skips = graph.skip_rest("enough");
  ASSERT_EQ(skips.size(), 3U);
  EXPECT_EQ(skips.front().job, 1U);
  EXPECT_EQ(skips.front().reason, "enough");
  EXPECT_FALSE(graph.done());
  EXPECT_THAT(graph.finish(0, OutcomeStatus::kPassed), IsEmpty());
  EXPECT_TRUE(graph.done());
  EXPECT_THAT(graph.skip_rest("again"), IsEmpty());
}

}  // namespace
}  // namespace hermetric
