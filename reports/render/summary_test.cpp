#include "reports/render/summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "reports/model/report_json.hpp"
#include "reports/render/text.hpp"
#include "reports/testing/golden.hpp"
#include "reports/testing/sample_reports.hpp"

namespace hermetric {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunReport golden_run(const std::string& name) {
  auto run = run_from_json_text(testing::golden_report_text(name));
  EXPECT_TRUE(run) << name;
  return *std::move(run);
}

JobReport job(const std::string& name, OutcomeStatus status, Measured cpu) {
  JobReport job;
  job.name = name;
  job.outcome.status = status;
  job.resources.cpu.usage_usec = std::move(cpu);
  return job;
}

std::string last_line_of(const RunReport& run) {
  std::istringstream lines(render_summary(run, {}));
  std::string line, last;
  while (std::getline(lines, line) && !line.empty()) last = line;
  return last;
}

TEST(Summary, GoldenReports) {
  for (const std::string& name : testing::golden_reports()) {
    const RunReport run = golden_run(name);
    const std::string golden = "reports/render/golden/" + name;
    testing::expect_golden(golden + ".summary.txt", render_summary(run, {}));
    testing::expect_golden(golden + ".summary-80.txt", render_summary(run, {.terminal = true}));
    testing::expect_golden(golden + ".summary-colour.txt",
                           render_summary(run, {.terminal = true, .colours = true, .width = 120}));
  }
}

TEST(Summary, UnknownIsADashAndNeverZero) {
  RunReport run = testing::empty_run();
  run.jobs = {job("a", OutcomeStatus::kPassed, Measured::missing("no cgroup"))};
  run.wall = Duration(1);
  EXPECT_THAT(render_summary(run, {}), Not(HasSubstr("0")));
  EXPECT_THAT(last_line_of(run), ::testing::MatchesRegex("total .* 1 µs( +-){6}"));
}

TEST(Summary, TotalOfPartlyUnknownFiguresSaysSo) {
  RunReport run = testing::empty_run();
  run.jobs = {job("a", OutcomeStatus::kPassed, Measured::of(2'000'000, "")),
              job("b", OutcomeStatus::kFailed, Measured::missing("no cgroup"))};
  EXPECT_THAT(last_line_of(run), HasSubstr("≥2.00 s"));
  run.jobs[1].outcome.status = OutcomeStatus::kSkipped;
  EXPECT_THAT(last_line_of(run), HasSubstr(" 2.00 s"));
}

TEST(Summary, JobThatPassedOnItsSecondTryCountsOnceAsPassed) {
  RunReport run = testing::empty_run();
  run.jobs = {job("a", OutcomeStatus::kFailed, {}), job("a", OutcomeStatus::kPassed, {})};
  run.jobs[1].attempt = 2;
  EXPECT_THAT(last_line_of(run), HasSubstr("1/1 passed"));
}

TEST(Summary, NothingThatAJobNamesReachesTheTerminalRaw) {
  EXPECT_THAT(render_summary(testing::mixed_run(), {}), Not(HasSubstr("\x1b")));
  for (unsigned seed = 0; seed < 50; ++seed)
    EXPECT_THAT(render_summary(testing::random_run(seed), {}), Not(HasSubstr("\x1b")));
}

TEST(Summary, FitsATerminal) {
  for (const std::size_t width : {60U, 80U, 100U, 140U}) {
    std::istringstream lines(render_summary(testing::mixed_run(), {.terminal = true, .width = width}));
    for (std::string line; std::getline(lines, line) && !line.empty();) EXPECT_LE(columns_of(line), width) << line;
  }
}

}  // namespace
}  // namespace hermetric
