#include "reports/render/rounds.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hermetric {
namespace {

MeasuredRounds rounds_of(const std::vector<double>& costs) {
  MeasuredRounds measured;
  measured.metrics = {{"wall_usec", {.relative = 0.02, .absolute = 0}, {}},
                      {"io.read_bytes", {.relative = 0.05, .absolute = 0}, {}}};
  for (const double cost : costs) {
    measured.metrics[0].values.emplace_back(12, 1000 * cost);
    measured.metrics[1].values.emplace_back(12, 0);
  }
  measured.rounds = 12;
  measured.warmups = 1;
  measured.elapsed = std::chrono::seconds(2);
  return measured;
}

TEST(RoundsText, HoldsAVersionAgainstTheBaseline) {
  MeasuredRounds measured = rounds_of({1, 1.2});
  measured.rerun = {{"steal", 2}};
  measured.failed = 1;
  const std::vector<VersionLabel> versions = {{"./old", {"./old"}}, {"./new", {"./new"}}};
  const RoundsAnalysis analysis = analyze_rounds(measured.metrics);
  EXPECT_EQ(rounds_text(versions, measured, analysis, false),
            "A: ./old\nB: ./new\n\n"
            "METRIC           A        B    CHANGE         95 % INTERVAL  A/A NOISE  VERDICT\n"
            "wall_usec  1.00 ms  1.20 ms  +20.00 %  +20.00 % .. +20.00 %    ±0.00 %  regressed\n\n"
            "12 rounds in 2.00 s, as many as asked for; 1 warm-up round dropped; 2 rounds disturbed by steal measured "
            "again; 1 round dropped because a run failed\n");
  EXPECT_NE(rounds_text(versions, measured, analysis, true).find("| wall_usec | 1.00 ms | 1.20 ms |"),
            std::string::npos);
}

TEST(RoundsText, DescribesOneVersion) {
  const MeasuredRounds measured = rounds_of({1});
  const std::vector<VersionLabel> versions = {{"./it\x1b", {"./it"}}};
  EXPECT_EQ(rounds_text(versions, measured, analyze_rounds(measured.metrics), false),
            "A: ./it\\x1b\n\n"
            "METRIC      MEDIAN       95 % INTERVAL    LEAST     MOST  A/A NOISE\n"
            "wall_usec  1.00 ms  1.00 ms .. 1.00 ms  1.00 ms  1.00 ms    ±0.00 %\n\n"
            "12 rounds in 2.00 s, as many as asked for; 1 warm-up round dropped\n");
}

TEST(RoundsText, GivesAnOverviewOfMany) {
  const MeasuredRounds measured = rounds_of({1, 1, 0.5});
  const std::vector<VersionLabel> versions = {{"one", {}}, {"two", {}}, {"three", {}}};
  const std::string text = rounds_text(versions, measured, analyze_rounds(measured.metrics), false);
  EXPECT_TRUE(
      text.starts_with("VERSION   wall_usec    CHANGE\n"
                       "A: one      1.00 ms         -  baseline\n"
                       "B: two      1.00 ms   +0.00 %  same\n"
                       "C: three     500 µs  -50.00 %  improved\n\n"
                       "METRIC           A        B"))
      << text;
}

TEST(RoundsJson, HasVerdictsRawValuesAndWhatWasLeftOut) {
  MeasuredRounds measured = rounds_of({1, 1.2, 1});
  measured.unavailable = {{"counters.cycles", "no perf"}};
  measured.stop = StopReason::kPrecision;
  const std::vector<VersionLabel> versions = {{"a", {"./a", "x"}}, {"b", {"./b"}}, {"c", {"./c"}}};
  const auto json = rounds_to_json(versions, measured, analyze_rounds(measured.metrics));
  ASSERT_EQ(json.at("metrics").size(), 4U);
  EXPECT_EQ(json["metrics"][0]["name"], "wall_usec");
  EXPECT_EQ(json["metrics"][0]["version"], "b");
  EXPECT_EQ(json["metrics"][0]["verdict"], "regressed");
  EXPECT_EQ(json["metrics"][0]["noise_floor"], 0.0);
  EXPECT_EQ(json["metrics"][2]["version"], "c");
  EXPECT_EQ(json["metrics"][2]["verdict"], "same");
  EXPECT_EQ(json["versions"][0]["command"][1], "x");
  EXPECT_EQ(json["versions"][1]["metrics"]["wall_usec"]["values"].size(), 12U);
  EXPECT_EQ(json["rounds"]["stopped_by"], "precision");
  EXPECT_EQ(json["unavailable"]["counters.cycles"], "no perf");
}

}  // namespace
}  // namespace hermetric
