#include "runner/compare/rounds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>

namespace hermetric {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

JobReport passed(std::uint64_t wall_usec) {
  JobReport report;
  report.resources.wall_usec = Measured::of(wall_usec, "test");
  report.resources.cpu.usage_usec = Measured::of(wall_usec / 2, "test");
  return report;
}

JobReport ended(OutcomeStatus status) {
  JobReport report = passed(1);
  report.outcome.status = status;
  return report;
}

/// Runs take a second each; what comes of the n-th run (from 0) of all is for the test to say.
class FakeHost : public RoundHost {
 public:
  Result<JobReport> run(std::size_t version) override {
    order.push_back(version);
    clock += 1s;
    return script(version, order.size() - 1);
  }
  HostActivity activity() override {
    HostActivity seen;
    seen.cpu_steal_usec = Measured::of(stolen, "test");
    return seen;
  }
  Duration now() override { return clock; }
  [[nodiscard]] bool interrupted() const override { return order.size() >= interrupted_after; }

  std::vector<std::size_t> order;
  std::function<Result<JobReport>(std::size_t version, std::size_t run)> script =
      [](std::size_t version, std::size_t) -> Result<JobReport> { return passed(100 * (version + 1)); };
  std::uint64_t stolen = 0;
  Duration clock{};
  std::size_t interrupted_after = 1'000'000;
};

RoundOptions options_of(std::size_t versions, std::size_t runs) {
  RoundOptions options;
  options.versions = versions;
  options.warmups = 0;
  options.metrics = select_metrics({"wall_usec", "cpu.usage"}).value();
  options.stop.runs = runs;
  return options;
}

TEST(Rounds, TurnTheOrderEveryTime) {
  FakeHost host;
  const RoundsResult result = measure_rounds(options_of(2, 3), host).value();
  EXPECT_THAT(host.order, ElementsAre(0, 1, 1, 0, 0, 1));
  EXPECT_EQ(result.rounds, 3U);
  EXPECT_EQ(result.stop, StopReason::kRuns);
  EXPECT_EQ(result.elapsed, 6s);
  ASSERT_EQ(result.metrics.size(), 2U);
  EXPECT_EQ(result.metrics[0].name, "wall_usec");
  EXPECT_THAT(result.metrics[0].values, ElementsAre(ElementsAre(100, 100, 100), ElementsAre(200, 200, 200)));
  FakeHost three;
  (void)measure_rounds(options_of(3, 2), three);
  EXPECT_THAT(three.order, ElementsAre(0, 1, 2, 2, 1, 0));
}

TEST(Rounds, DropWarmUp) {
  FakeHost host;
  host.script = [](std::size_t, std::size_t run) -> Result<JobReport> { return passed(run < 4 ? 9999 : 100); };
  RoundOptions options = options_of(2, 3);
  options.warmups = 2;
  const RoundsResult result = measure_rounds(options, host).value();
  EXPECT_EQ(host.order.size(), 10U);
  EXPECT_EQ(result.warmups, 2U);
  EXPECT_THAT(result.metrics[0].values[0], ElementsAre(100, 100, 100));
}

TEST(Rounds, MeasureDisturbedOnesAgainAndCountThem) {
  FakeHost host;
  host.script = [&](std::size_t, std::size_t run) -> Result<JobReport> {
    if (run == 2) host.stolen += 100'000;
    return passed(run == 2 || run == 3 ? 9999 : 100);
  };
  const RoundsResult result = measure_rounds(options_of(2, 4), host).value();
  EXPECT_THAT(result.rerun, ElementsAre(std::pair<const std::string, std::size_t>("steal", 1)));
  EXPECT_EQ(result.kept_disturbed, 0U);
  EXPECT_THAT(host.order, ElementsAre(0, 1, 1, 0, 1, 0, 0, 1, 1, 0)) << "in the same order again";
  EXPECT_THAT(result.metrics[0].values[1], ElementsAre(100, 100, 100, 100));
}

TEST(Rounds, CountDisturbedOnesWhereAllAre) {
  FakeHost host;
  host.script = [&](std::size_t, std::size_t) -> Result<JobReport> {
    host.stolen += 100'000;
    return passed(100);
  };
  const RoundsResult result = measure_rounds(options_of(2, 10), host).value();
  EXPECT_EQ(result.rounds, 10U);
  EXPECT_EQ(result.rerun.at("steal"), 7U) << "3, and one for each two rounds that counted before";
  EXPECT_EQ(result.kept_disturbed, 10U);
}

TEST(Rounds, NeverTakeAFailureIntoARatio) {
  for (const OutcomeStatus status : {OutcomeStatus::kFailed, OutcomeStatus::kTimedOut, OutcomeStatus::kOutOfMemory}) {
    FakeHost host;
    host.script = [&](std::size_t, std::size_t run) -> Result<JobReport> {
      return run == 3 ? ended(status) : passed(100);
    };
    const RoundsResult result = measure_rounds(options_of(2, 4), host).value();
    EXPECT_EQ(result.failed, 1U);
    EXPECT_EQ(result.failure.value().version, 0U);
    EXPECT_EQ(result.failure->report.outcome.status, status);
    EXPECT_EQ(result.stop, StopReason::kRuns);
    EXPECT_THAT(result.metrics[0].values, ElementsAre(ElementsAre(100, 100, 100, 100), ElementsAre(100, 100, 100, 100)))
        << "the run of the other version in that round is dropped with it";
  }
}

TEST(Rounds, EndAtOnceWhereAVersionNeverPassed) {
  FakeHost host;
  host.script = [](std::size_t version, std::size_t) -> Result<JobReport> {
    return version == 1 ? ended(OutcomeStatus::kFailed) : passed(100);
  };
  RoundOptions options = options_of(3, 10);
  options.warmups = 1;
  const RoundsResult result = measure_rounds(options, host).value();
  EXPECT_EQ(result.stop, StopReason::kFailed);
  EXPECT_EQ(result.failure.value().version, 1U);
  EXPECT_THAT(host.order, ElementsAre(0, 1));
  EXPECT_EQ(result.rounds, 0U);
}

TEST(Rounds, EndWhereFailuresGoOn) {
  FakeHost host;
  host.script = [](std::size_t version, std::size_t run) -> Result<JobReport> {
    return version == 1 && run >= 6 ? ended(OutcomeStatus::kSignaled) : passed(100);
  };
  const RoundsResult result = measure_rounds(options_of(2, 100), host).value();
  EXPECT_EQ(result.stop, StopReason::kFailed);
  EXPECT_EQ(result.failed, 3U);
  EXPECT_EQ(result.rounds, 3U);
}

TEST(Rounds, StopWhenIntervalsAreNarrowAndNotForWhatTheyShow) {
  FakeHost narrow;
  RoundOptions options = options_of(2, 0);
  options.stop.runs.reset();
  RoundsResult result = measure_rounds(options, narrow).value();
  EXPECT_EQ(result.stop, StopReason::kPrecision);
  EXPECT_EQ(result.rounds, 10U);

  FakeHost wide;  // twice as slow in every round, but never equally so
  wide.script = [](std::size_t version, std::size_t run) -> Result<JobReport> {
    return passed(version == 0 ? 100 : 200 + 20 * (run / 2 % 5));
  };
  options.stop.max_rounds = 40;
  result = measure_rounds(options, wide).value();
  EXPECT_EQ(result.stop, StopReason::kMaxRounds);
  EXPECT_EQ(result.rounds, 40U);
  options.stop.max_time = 31s;
  FakeHost slow;
  slow.script = wide.script;
  result = measure_rounds(options, slow).value();
  EXPECT_EQ(result.stop, StopReason::kMaxTime);
  EXPECT_EQ(result.rounds, 15U) << "another one would end after 32 s";
}

TEST(Rounds, DropWhatAnInterruptLeftUnfinished) {
  FakeHost host;
  host.interrupted_after = 5;
  const RoundsResult result = measure_rounds(options_of(2, 10), host).value();
  EXPECT_EQ(result.stop, StopReason::kInterrupted);
  EXPECT_EQ(result.rounds, 2U);
  EXPECT_EQ(host.order.size(), 5U);
}

TEST(Rounds, SayWhatIsUnavailable) {
  FakeHost host;
  RoundOptions options = options_of(2, 3);
  options.metrics = select_metrics({}).value();
  const RoundsResult result = measure_rounds(options, host).value();
  EXPECT_EQ(result.metrics.size(), 2U);
  EXPECT_EQ(result.unavailable.at("counters.instructions"), "not measured");
}

TEST(Rounds, AreOverWhenHermetricItselfFails) {
  FakeHost host;
  host.script = [](std::size_t, std::size_t) -> Result<JobReport> { return ended(OutcomeStatus::kSetupFailed); };
  EXPECT_FALSE(measure_rounds(options_of(2, 3), host));
  host.script = [](std::size_t, std::size_t) -> Result<JobReport> { return std::unexpected(Error("prepare")); };
  EXPECT_EQ(measure_rounds(options_of(2, 3), host).error().message(), "prepare");
}

TEST(Rounds, TellTheirProgress) {
  FakeHost host;
  RoundOptions options = options_of(2, 2);
  std::vector<std::size_t> seen;
  options.on_round = [&](const RoundProgress& progress) { seen.push_back(progress.rounds); };
  (void)measure_rounds(options, host);
  EXPECT_THAT(seen, ElementsAre(1, 2));
}

TEST(Metrics, AreSelectedByPrefix) {
  EXPECT_EQ(select_metrics({"cpu"}).value().size(), 3U);
  EXPECT_TRUE(select_metrics({"memory.peak"}).value().at(0).sets_pace);
  EXPECT_EQ(select_metrics({}).value().at(4).path, "memory.peak_bytes");
  EXPECT_FALSE(select_metrics({}).value().at(4).sets_pace);
  EXPECT_FALSE(select_metrics({"wall", "watts"}));
  ResourceUsage usage;
  usage.memory.peak_bytes = Measured::of(7, "test");
  EXPECT_EQ(figures_of(usage, select_metrics({"memory.peak"}).value()).at(0).value, 7U);
}

}  // namespace
}  // namespace hermetric
