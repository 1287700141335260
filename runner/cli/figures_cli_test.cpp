// The real executable on plain numbers: compare --pairs and history, as other programs call them.

#include "runner/cli/testing/figures_cli.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hermetric {
namespace {

using nlohmann::json;
using testing::FiguresCli;
using testing::Output;

std::string pairs(double ratio) {
  std::string text = "a,b\n";
  for (int i = 0; i < 12; ++i)
    text += std::to_string(100 + i % 3) + "," + std::to_string(ratio * (100 + (i + 1) % 3)) + "\n";
  return text;
}

TEST_F(FiguresCli, ComparesPairsAndSaysSoByItsExitCode) {
  write("slower.csv", pairs(1.1));
  const Output slower = hermetric("compare --pairs slower.csv --json");
  EXPECT_EQ(slower.code, 2) << slower.text;
  const json metric = json::parse(slower.text).at("metrics").at(0);
  EXPECT_EQ(metric.at("verdict"), "regressed");
  EXPECT_NEAR(metric.at("ratio").get<double>(), 1.1, 0.02);
  EXPECT_LE(metric.at("ratio_low"), metric.at("ratio"));
  EXPECT_GE(metric.at("ratio_high"), metric.at("ratio"));
  EXPECT_EQ(metric.at("rounds"), 12);
  EXPECT_TRUE(metric.contains("rounds_needed") && metric.contains("name"));
  write("faster.csv", pairs(0.9));
  EXPECT_EQ(hermetric("compare --pairs faster.csv").code, 0);
  EXPECT_EQ(hermetric("compare --pairs slower.csv --margin 20%").code, 0);
}

TEST_F(FiguresCli, ExitsWith3ForInconclusiveOnlyWhenStrict) {
  write("few.csv", "a,b\n1,2\n1,2\n");
  EXPECT_EQ(hermetric("compare --pairs few.csv").code, 0);
  EXPECT_EQ(hermetric("compare --pairs few.csv --strict").code, 3);
}

TEST_F(FiguresCli, ComparesSeveralMetricsOfOneFile) {
  write("two.csv", "wall_usec.a,wall_usec.b,faults.a,faults.b\n1,2,3,4\n1,2,3,4\n");
  const json metrics = json::parse(hermetric("compare --pairs two.csv --json").text).at("metrics");
  ASSERT_EQ(metrics.size(), 2U);
  EXPECT_EQ(metrics[0].at("name"), "wall_usec");
  EXPECT_EQ(metrics[0].at("margin"), 0.02);
  EXPECT_EQ(metrics[1].at("b"), 4);
}

TEST_F(FiguresCli, FindsTheCommitOfAChangeAcrossGaps) {
  std::string text = "commit,wall,\"a, flat one\"\n";
  for (int i = 0; i < 40; ++i)
    text += "c" + std::to_string(i) + "," + (i % 7 == 3 ? "" : std::to_string((i < 25 ? 100 : 120) + i % 3)) + ",7\n";
  write("costs.csv", text);
  const Output found = hermetric("history analyze --csv costs.csv --json");
  EXPECT_EQ(found.code, 0) << found.text;
  const json series = json::parse(found.text).at("series");
  ASSERT_EQ(series.size(), 2U);
  EXPECT_EQ(series[1].at("name"), "a, flat one");
  EXPECT_TRUE(series[1].at("change_points").empty());
  ASSERT_EQ(series[0].at("change_points").size(), 1U) << found.text;
  const json change = series[0].at("change_points").at(0);
  EXPECT_EQ(change.at("index"), 25);
  EXPECT_EQ(change.at("commit"), "c25");
  EXPECT_EQ(change.at("before"), 101);
  EXPECT_NEAR(change.at("ratio").get<double>(), 1.2, 0.01);
  EXPECT_GT(change.at("confidence"), 0.99);
  EXPECT_EQ(hermetric("history analyze --csv - --json < costs.csv").text, found.text);
}

TEST_F(FiguresCli, SaysWhatIsWrongInOneLineAndExits125) {
  write("text.csv", "a,b\n1,x\n");
  write("negative.csv", "a,b\n1,-2\n");
  write("header.csv", "c,d\n1,2\n");
  write("one.csv", "commit\nc1\n");
  write("twice.csv", "commit,m,m\nc1,1,2\n");
  for (const auto& [words, says] : std::vector<std::pair<std::string, std::string>>{
           {"compare --pairs text.csv", "text.csv:2:3: expected a number, found \"x\""},
           {"compare --pairs negative.csv", "negative.csv:2:3: expected a number of 0 or more"},
           {"compare --pairs header.csv", "header.csv:1:1: expected the header \"a,b\""},
           {"compare --pairs /nope", "/nope: No such file"},
           {"compare --pairs text.csv --margin much", "text.csv:2:3"},
           {"compare", "--pairs FILE"},
           {"history", "history add|import"},
           {"history analize", "did you mean \"analyze\"?"},
           {"history analyze --csv one.csv", "one.csv:1:1: expected a column of commits"},
           {"history analyze --csv twice.csv", "twice.csv:1:10: the series \"m\" is there twice"},
           {"history analyze --csv one.csv --smallest -1", "--smallest"}}) {
    const Output output = hermetric(words);
    EXPECT_EQ(output.code, 125) << words;
    EXPECT_NE(output.text.find(says), std::string::npos) << words << ": " << output.text;
    EXPECT_EQ(std::count(output.text.begin(), output.text.end(), '\n'), 1) << words << ": " << output.text;
  }
}

/// A report with one job, as run writes it, with the fields that the history reads.
std::string report(const std::string& id, int wall, const std::string& model = "Xeon",
                   const std::string& status = "passed") {
  std::ifstream golden(HERMETRIC_SOURCE_DIR "/reports/model/golden/full.json");
  json document = json::parse(golden);
  document["run"]["id"] = id;
  document["run"]["host"]["cpu_model"] = model;
  json job = document["jobs"][0];
  job["name"] = "test";
  job["outcome"]["status"] = status;
  job["resources"]["wall_usec"] = wall;
  document["jobs"] = json::array({job});
  return document.dump();
}

/// hyperfine's JSON of one command.
std::string hyperfine(double seconds) {
  json times = json::array(), codes = json::array();
  for (int i = 0; i < 10; ++i) times.push_back(seconds * (1 + 0.001 * (i * 7 % 5))), codes.push_back(0);
  return json{{"results", {{{"command", "make"}, {"mean", seconds}, {"times", times}, {"exit_codes", codes}}}}}.dump();
}

/// Google Benchmark's JSON of one benchmark that tells its throughput.
std::string google_benchmark(double per_second) {
  json benchmarks = json::array();
  for (int i = 0; i < 8; ++i)
    benchmarks.push_back({{"name", "BM_Sort"},
                          {"run_name", "BM_Sort"},
                          {"run_type", "iteration"},
                          {"real_time", 100.0},
                          {"cpu_time", 100.0},
                          {"time_unit", "ns"},
                          {"items_per_second", per_second * (1 + 0.001 * (i * 3 % 4))}});
  return json{{"context", json::object()}, {"benchmarks", benchmarks}}.dump();
}

TEST_F(FiguresCli, ComparesWhatOtherProgramsMeasured) {
  write("old.json", hyperfine(1.0));
  write("new.json", hyperfine(1.2));
  const Output slower = hermetric("compare --import old.json new.json --json");
  EXPECT_EQ(slower.code, 2) << slower.text;
  const json metric = json::parse(slower.text).at("metrics").at(0);
  EXPECT_EQ(metric.at("name"), "make/wall_usec");
  EXPECT_NEAR(metric.at("ratio").get<double>(), 1.2, 0.01);
  EXPECT_EQ(hermetric("compare --import new.json old.json").code, 0);
  EXPECT_EQ(hermetric("compare --import old.json new.json --margin 50%").code, 0);
  write("fast.json", google_benchmark(1e6));
  write("slow.json", google_benchmark(8e5));
  const Output fewer = hermetric("compare --import fast.json slow.json");
  EXPECT_EQ(fewer.code, 2) << fewer.text;
  EXPECT_NE(fewer.text.find("-20.00 %"), std::string::npos) << fewer.text;
  EXPECT_EQ(hermetric("compare --import slow.json fast.json").code, 0);
  EXPECT_EQ(hermetric("compare --import fast.json old.json").code, 4) << "nothing in common";
}

TEST_F(FiguresCli, ComparesReportsAndLeavesOutWhatFailed) {
  write("one.json", report("one", 100'000));
  write("two.json", report("two", 120'000));
  const Output once = hermetric("compare --import one.json two.json");
  EXPECT_EQ(once.code, 0) << once.text;
  EXPECT_NE(once.text.find("fewer than 5 values in the first file"), std::string::npos) << once.text;
  EXPECT_EQ(hermetric("compare --import one.json two.json --strict").code, 3);
  write("failed.json", report("failed", 100'000, "Xeon", "timed_out"));
  EXPECT_EQ(hermetric("compare --import one.json failed.json").code, 4);
  EXPECT_EQ(hermetric("compare --import one.json").code, 125);
  EXPECT_EQ(hermetric("compare --import one.json /nope").code, 125);
}

TEST_F(FiguresCli, KeepsAHistoryAndFindsWhatChangedInIt) {
  const auto add = [&](int i, int wall, const std::string& rest = "") {
    write("r.json", report("r" + std::to_string(i), wall));
    return hermetric("history add r.json --db h.db --project p --commit c" + std::to_string(i) + " --time @" +
                     std::to_string(1000 + i) + rest);
  };
  for (int i = 0; i < 24; ++i)
    ASSERT_EQ(add(i, (i < 12 ? 100'000 : 115'000) + 300 * (i * 7 % 5)).text, "added 1 of 1 reports\n");
  EXPECT_EQ(add(5, 100'000).text, "added 0 of 1 reports\n") << "the same report";
  const Output list = hermetric("history list --db h.db --metric wall_usec");
  EXPECT_NE(list.text.find("test"), std::string::npos) << list.text;
  EXPECT_EQ(std::count(list.text.begin(), list.text.end(), '\n'), 2) << list.text;
  EXPECT_NE(hermetric("history show test/wall_usec --db h.db").text.find("c23"), std::string::npos);
  const Output analyzed = hermetric("history analyze --db h.db --json --metric wall_usec");
  ASSERT_EQ(analyzed.code, 0) << analyzed.text;
  const json changes = json::parse(analyzed.text).at("series").at(0).at("change_points");
  ASSERT_EQ(changes.size(), 1U) << analyzed.text;
  EXPECT_EQ(changes[0].at("commit"), "c12");

  ASSERT_EQ(add(24, 116'000).code, 0);
  EXPECT_EQ(hermetric("history gate --db h.db --commit c24 --metric wall_usec").code, 0)
      << "the level since c12 counts";
  ASSERT_EQ(add(25, 130'000).code, 0);
  const std::string lone = "history gate --db h.db --commit c25 --metric wall_usec";
  EXPECT_EQ(hermetric(lone).code, 0) << "it may be a spike";
  EXPECT_EQ(hermetric(lone + " --strict").code, 3);
  for (int again = 0; again < 3; ++again) {
    write("r.json", report("again" + std::to_string(again), 130'000 + 100 * again));
    ASSERT_EQ(hermetric("history add r.json --db h.db --project p --commit c25 --time @1025").code, 0);
  }
  const Output gate = hermetric("history gate --db h.db --commit c25 --metric wall_usec");
  EXPECT_EQ(gate.code, 2) << gate.text;
  EXPECT_NE(gate.text.find("regressed"), std::string::npos) << gate.text;
  EXPECT_EQ(hermetric("history gate --db h.db --commit c25 --metric wall_usec --margin 30%").code, 0);
  EXPECT_EQ(hermetric("history gate --db h.db --commit c25 --against c11 --metric wall_usec").code, 2);
  EXPECT_EQ(hermetric("history gate --db h.db --commit c999").code, 4);
  EXPECT_EQ(hermetric("history prune --db h.db --keep 3").text, "removed 26 runs\n");
}

TEST_F(FiguresCli, NeverComparesMachinesAndNeverTakesAFailure) {
  for (int i = 0; i < 12; ++i) {
    write("r.json", report("r" + std::to_string(i), 100'000 + i));
    ASSERT_EQ(hermetric("history add r.json --db h.db --project p --commit c" + std::to_string(i) + " --time @" +
                        std::to_string(i))
                  .code,
              0);
  }
  write("other.json", report("other", 200'000, "Epyc"));
  ASSERT_EQ(hermetric("history add other.json --db h.db --project p --commit new --time @99").code, 0);
  EXPECT_EQ(hermetric("history gate --db h.db --commit new").code, 4);
  EXPECT_EQ(hermetric("history analyze --db h.db").text.find("wall_usec"), std::string::npos);
  write("failed.json", report("failed", 1, "Xeon", "timed_out"));
  const Output failed = hermetric("history add failed.json --db h.db --project p --commit bad --time @100");
  EXPECT_NE(failed.text.find("added 0 of 1"), std::string::npos) << failed.text;
  EXPECT_NE(failed.text.find("no job passed"), std::string::npos) << failed.text;
}

TEST_F(FiguresCli, TakesCommitAndTimeFromGit) {
  write("r.json", report("r", 100'000));
  const std::string git = "git -c user.name=n -c user.email=e -c init.defaultBranch=trunk ";
  ASSERT_EQ(hermetric("--version >/dev/null; " + git + "init -q . && " + git + "commit -q --allow-empty -m one").code,
            0);
  const Output added = hermetric("history add r.json --db h.db");
  EXPECT_EQ(added.code, 0) << added.text;
  const Output shown = hermetric("history show test/wall_usec --db h.db");
  EXPECT_NE(shown.text.find("trunk"), std::string::npos) << shown.text;
  EXPECT_EQ(hermetric("history gate --db h.db").code, 4) << "nothing before it";
  EXPECT_EQ(hermetric("history add /nope --db h.db").code, 125);
  EXPECT_EQ(hermetric("history show nope --db h.db").code, 125);
}

}  // namespace
}  // namespace hermetric
