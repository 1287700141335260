#include "runner/sched/scheduler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace hermetric {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Le;

JobSpec job(std::string name, std::vector<std::string> needs = {}, When when = When::kPassed) {
  JobSpec spec;
  spec.name = std::move(name);
  spec.needs = std::move(needs);
  spec.when = when;
  return spec;
}

JobReport report_of(const JobSpec& spec, OutcomeStatus status) {
  JobReport report;
  report.name = spec.name;
  report.outcome.status = status;
  return report;
}

/// What became of a run: "name status" in the order of the jobs' ends.
struct Log {
  ScheduleSummary summary;
  std::vector<std::string> lines;
  std::map<std::string, std::string> reasons;
};

Log log_of(const Pipeline& pipeline, const ScheduleOptions& options, const RunJob& run) {
  Log log;
  const auto summary = run_pipeline(pipeline, options, run, [&](const JobReport& report) {
    log.lines.push_back(report.name + " " + std::string(name_of(report.outcome.status)));
    log.reasons[report.name] = report.outcome.reason.value_or("");
  });
  EXPECT_TRUE(summary);
  if (summary) log.summary = *summary;
  return log;
}

/// Jobs that end as `ends` says, else pass.
Log run_with(const Pipeline& pipeline, const std::map<std::string, OutcomeStatus>& ends,
             const ScheduleOptions& options) {
  return log_of(pipeline, options, [&](const JobSpec& spec, const LeavePlace&) {
    const auto end = ends.find(spec.name);
    return report_of(spec, end == ends.end() ? OutcomeStatus::kPassed : end->second);
  });
}

ScheduleOptions one_at_a_time() { return {.capacity = {.cpus = 1, .memory = {}}, .max_parallel = 1, .stop = {}}; }

TEST(Scheduler, AnEmptyPipelineEnds) { EXPECT_TRUE(run_with({}, {}, one_at_a_time()).summary.success()); }

TEST(Scheduler, FileOrderAmongTheReady) {
  const Log log = run_with({{job("c", {"b"}), job("a"), job("b")}}, {}, one_at_a_time());
  EXPECT_THAT(log.lines, ElementsAre("a passed", "b passed", "c passed"));
  EXPECT_EQ(log.summary.passed, 3U);
  EXPECT_TRUE(log.summary.success());
}

TEST(Scheduler, AFailureStopsOnlyWhatNeedsIt) {
  const Pipeline pipeline = {{job("a"), job("b", {"a"}), job("c"), job("d", {"a"}, When::kFailed)}};
  const Log log = run_with(pipeline, {{"a", OutcomeStatus::kFailed}}, one_at_a_time());
  EXPECT_THAT(log.lines, ElementsAre("a failed", "b skipped", "c passed", "d passed"));
  EXPECT_EQ(log.reasons.at("b"), "needs \"a\", which failed");
  EXPECT_FALSE(log.summary.success());
  EXPECT_EQ(log.summary.skipped, 1U);
}

TEST(Scheduler, ContinueGoesOnAndStillCountsAsFailed) {
  Pipeline pipeline = {{job("a"), job("b", {"a"})}};
  pipeline.jobs[0].if_failed = IfFailed::kContinue;
  ScheduleOptions options = one_at_a_time();
  options.fail_fast = true;
  const Log log = run_with(pipeline, {{"a", OutcomeStatus::kFailed}}, options);
  EXPECT_THAT(log.lines, ElementsAre("a failed", "b passed"));
  EXPECT_FALSE(log.summary.success());
}

TEST(Scheduler, FailFastStartsNothingMore) {
  ScheduleOptions options = one_at_a_time();
  options.fail_fast = true;
  const Pipeline pipeline = {{job("a"), job("b"), job("c", {"a"}, When::kAlways)}};
  const Log log = run_with(pipeline, {{"a", OutcomeStatus::kFailed}}, options);
  EXPECT_THAT(log.lines, ElementsAre("a failed", "b skipped", "c skipped"));
  EXPECT_EQ(log.reasons.at("b"), "--fail-fast, and job \"a\" did not pass");
  EXPECT_FALSE(log.summary.interrupted);
}

/// Runs jobs that wait for the stop, except those named "fail".
Log run_until_stopped(const Pipeline& pipeline, const ScheduleOptions& options, std::size_t stop_at) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::size_t running = 0;
  std::stop_source stop = options.stop;
  const auto run = [&](const JobSpec& spec, const LeavePlace&) {
    std::unique_lock lock(mutex);
    ++running;
    changed.notify_all();
    if (spec.name == "fail") {
      changed.wait(lock, [&] { return running >= stop_at; });
      return report_of(spec, OutcomeStatus::kFailed);
    }
    if (running == stop_at && !options.fail_fast) stop.request_stop();
    changed.wait(lock, stop.get_token(), [] { return false; });
    return report_of(spec, OutcomeStatus::kCancelled);
  };
  Log log = log_of(pipeline, options, run);
  std::ranges::sort(log.lines);
  return log;
}

TEST(Scheduler, FailFastCancelsWhatRuns) {
  const ScheduleOptions options = {.capacity = {.cpus = 2, .memory = {}}, .fail_fast = true, .stop = {}};
  const Log log = run_until_stopped({{job("a"), job("fail"), job("later")}}, options, 2);
  EXPECT_THAT(log.lines, ElementsAre("a cancelled", "fail failed", "later skipped"));
  EXPECT_FALSE(log.summary.interrupted);
}

TEST(Scheduler, AStopFromOutsideEndsTheRun) {
  const ScheduleOptions options = {.capacity = {.cpus = 2, .memory = {}}, .stop = {}};
  const Log log = run_until_stopped({{job("a"), job("b"), job("later")}}, options, 2);
  EXPECT_THAT(log.lines, ElementsAre("a cancelled", "b cancelled", "later skipped"));
  EXPECT_TRUE(log.summary.interrupted);
  EXPECT_FALSE(log.summary.success());
}

TEST(Scheduler, AStopBeforeTheStartRunsNothing) {
  ScheduleOptions options = one_at_a_time();
  options.stop.request_stop();
  const Log log = run_with({{job("a")}}, {}, options);
  EXPECT_THAT(log.lines, ElementsAre("a skipped"));
  EXPECT_EQ(log.reasons.at("a"), "the run was stopped before this job started");
}

TEST(Scheduler, ACapAboveTheHostsStartsNothing) {
  Pipeline pipeline = {{job("small"), job("big")}};
  pipeline.jobs[1].limits.cpus = 3;
  const auto run = [](const JobSpec& spec, const LeavePlace&) {
    ADD_FAILURE() << spec.name << " was started";
    return JobReport{};
  };
  const auto summary =
      run_pipeline(pipeline, {.capacity = {.cpus = 2, .memory = {}}, .stop = {}}, run, [](const JobReport&) {});
  ASSERT_FALSE(summary);
  EXPECT_THAT(summary.error().message(), HasSubstr("job \"big\": cpus 3"));
}

TEST(Scheduler, SkippedReportsHaveNoFigures) {
  const Pipeline pipeline = {{job("a"), job("b", {"a"})}};
  const auto run = [](const JobSpec& spec, const LeavePlace&) { return report_of(spec, OutcomeStatus::kFailed); };
  const auto summary = run_pipeline(pipeline, one_at_a_time(), run, [](const JobReport& report) {
    if (report.name != "b") return;
    for_each_measured(report.resources, [](std::string_view path, const Measured& figure) {
      EXPECT_FALSE(figure.known()) << path;
      EXPECT_EQ(figure.note, "the job did not run") << path;
    });
  });
  EXPECT_TRUE(summary);
}

/// Keeps count of what runs and checks the laws at each start.
class Witness {
 public:
  Witness(const Pipeline& pipeline, const ScheduleOptions& options) : options_(options) {
    for (const JobSpec& spec : pipeline.jobs) specs_[spec.name] = &spec;
  }

  /// Of the jobs that pass, every other leaves its place before its report is there.
  JobReport run(const JobSpec& spec, const LeavePlace& leave, bool fails) {
    {
      const std::lock_guard lock(mutex_);
      EXPECT_TRUE(started_.insert(spec.name).second) << spec.name << " ran twice";
      for (const std::string& need : spec.needs) EXPECT_TRUE(ended_.contains(need)) << spec.name << " before " << need;
      running_ += demand_of(spec, options_.capacity);
      EXPECT_THAT(running_.jobs, Le(options_.max_parallel));
      EXPECT_TRUE(running_.fits_in(share_of(options_.capacity, options_.max_parallel)));
    }
    std::this_thread::yield();
    const bool leaves = options_.max_parallel > 1 && !fails && std::hash<std::string>()(spec.name) % 2 == 0;
    if (leaves) {
      go(spec);
      leave();
      std::this_thread::yield();
      return report_of(spec, OutcomeStatus::kPassed);
    }
    go(spec);
    return report_of(spec, fails ? OutcomeStatus::kFailed : OutcomeStatus::kPassed);
  }

  void finished(const JobReport& report) {
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(ended_.emplace(report.name, report.outcome.status).second) << report.name << " ended twice";
    if (report.outcome.status != OutcomeStatus::kSkipped) return;
    EXPECT_FALSE(started_.contains(report.name));
  }

  /// With `when: passed` everywhere: a job ran exactly if all its needs passed.
  void check_the_end() const {
    EXPECT_EQ(ended_.size(), specs_.size());
    for (const auto& [name, spec] : specs_) {
      const bool due =
          std::ranges::all_of(spec->needs, [&](const auto& need) { return ended_.at(need) == OutcomeStatus::kPassed; });
      EXPECT_EQ(ended_.at(name) != OutcomeStatus::kSkipped, due) << name;
    }
  }

 private:
  void go(const JobSpec& spec) {
    const std::lock_guard lock(mutex_);
    running_ -= demand_of(spec, options_.capacity);
  }

  const ScheduleOptions& options_;
  std::mutex mutex_;
  std::map<std::string, const JobSpec*> specs_;
  std::set<std::string> started_;
  std::map<std::string, OutcomeStatus> ended_;
  Share running_;
};

Pipeline random_pipeline(std::mt19937& random) {
  const auto below = [&](std::size_t bound) { return random() % bound; };
  Pipeline pipeline;
  const std::size_t count = 1 + below(40);
  const std::size_t density = 1 + below(12);
  for (std::size_t i = 0; i < count; ++i) {
    JobSpec spec = job("job " + std::to_string(i));
    for (std::size_t need = 0; need < i; ++need)
      if (below(density) == 0) spec.needs.push_back("job " + std::to_string(need));
    if (below(2) == 0) spec.limits.cpus = 0.5 * static_cast<double>(1 + below(8));
    if (below(2) == 0) spec.limits.memory = mebibytes(below(101));
    pipeline.jobs.push_back(std::move(spec));
  }
  std::ranges::shuffle(pipeline.jobs, random);
  return pipeline;
}

TEST(Scheduler, LawsHoldForRandomPipelines) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const Pipeline pipeline = random_pipeline(random);
    const ScheduleOptions options = {.capacity = {.cpus = 4, .memory = mebibytes(100)},
                                     .max_parallel = static_cast<unsigned>(1 + random() % 6),
                                     .stop = {}};
    const std::size_t failing = random() % 4;  // 0: none, else one in `failing + 1`
    Witness witness(pipeline, options);
    const auto run = [&](const JobSpec& spec, const LeavePlace& leave) {
      return witness.run(spec, leave, failing > 0 && std::hash<std::string>()(spec.name) % (failing + 1) == 0);
    };
    const auto summary =
        run_pipeline(pipeline, options, run, [&](const JobReport& report) { witness.finished(report); });
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->passed + summary->failed + summary->skipped, pipeline.jobs.size());
    witness.check_the_end();
    if (HasFailure()) return;
  }
}

constexpr std::chrono::seconds kPatience(30);

/// Runs "a", which leaves its place and returns its report when `until` is running, and others, which end at once.
Log run_with_one_that_leaves(const Pipeline& pipeline, const std::string& until, const ScheduleOptions& options) {
  std::promise<void> started;
  return log_of(pipeline, options, [&](const JobSpec& spec, const LeavePlace& leave) {
    if (spec.name == until) started.set_value();
    if (spec.name == "a") {
      leave();
      EXPECT_EQ(started.get_future().wait_for(kPatience), std::future_status::ready) << until << " has not started";
    }
    return report_of(spec, OutcomeStatus::kPassed);
  });
}

TEST(Scheduler, AJobThatHasLeftMakesRoomBeforeItsReport) {
  Pipeline pipeline = {{job("a"), job("b")}};
  for (JobSpec& spec : pipeline.jobs) spec.limits.memory = mebibytes(100);  // one at a time
  const ScheduleOptions options = {.capacity = {.cpus = 2, .memory = mebibytes(100)}, .max_parallel = 2, .stop = {}};
  const Log log = run_with_one_that_leaves(pipeline, "b", options);
  EXPECT_EQ(log.lines.size(), 2U);
}

TEST(Scheduler, WhatNeedsAJobThatHasLeftWaitsForItsReport) {
  const ScheduleOptions options = {.capacity = {.cpus = 2, .memory = {}}, .max_parallel = 2, .stop = {}};
  const Log log = run_with_one_that_leaves({{job("a"), job("c", {"a"}), job("b")}}, "b", options);
  ASSERT_EQ(log.lines.size(), 3U);
  const auto place_of = [&](const char* line) { return std::ranges::find(log.lines, line) - log.lines.begin(); };
  EXPECT_LT(place_of("a passed"), place_of("c passed"));
}

/// Of many jobs that all leave their place.
int most_under_way(const ScheduleOptions& options) {
  Pipeline pipeline;
  for (int i = 0; i < 1000; ++i) pipeline.jobs.push_back(job("job " + std::to_string(i)));
  std::mutex mutex;
  int under_way = 0, most = 0;
  const Log log = log_of(pipeline, options, [&](const JobSpec& spec, const LeavePlace& leave) {
    {
      const std::lock_guard lock(mutex);
      most = std::max(most, ++under_way);
    }
    leave();
    std::this_thread::yield();
    const std::lock_guard lock(mutex);
    --under_way;
    return report_of(spec, OutcomeStatus::kPassed);
  });
  EXPECT_EQ(log.summary.passed, pipeline.jobs.size());
  return most;
}

TEST(Scheduler, NothingGoesOnBesideTheOnlyPlace) { EXPECT_EQ(most_under_way(one_at_a_time()), 1); }

TEST(Scheduler, AtMostTwiceAsManyAreUnderWayAsThereArePlaces) {
  EXPECT_THAT(most_under_way({.capacity = {.cpus = 3, .memory = {}}, .stop = {}}), Le(6));
}

TEST(Scheduler, TenThousandJobs) {
  Pipeline pipeline;
  for (int i = 0; i < 10'000; ++i) pipeline.jobs.push_back(job("job " + std::to_string(i)));
  const ScheduleOptions options = {.capacity = {.cpus = 2, .memory = {}}, .stop = {}};
  EXPECT_EQ(run_with(pipeline, {}, options).summary.passed, 10'000U);
}

}  // namespace
}  // namespace hermetric
