// The real executable: what history takes from other programs, and gives to them.

#include <nlohmann/json.hpp>

#include <algorithm>

#include "runner/cli/testing/figures_cli.hpp"

namespace hermetric {
namespace {

using nlohmann::json;
using testing::FiguresCli;
using testing::Output;

const std::string kSamples = HERMETRIC_SOURCE_DIR "/reports/interchange/golden/";

TEST_F(FiguresCli, ImportsWhatOtherProgramsMeasured) {
  const std::string of = " --db h.db --project p --commit c1 --time @10";
  const Output google = hermetric("history import " + kSamples + "google_benchmark_1.0.json" + of);
  EXPECT_EQ(google.text, "added 1 of 1 runs\n");
  EXPECT_EQ(hermetric("history import " + kSamples + "google_benchmark_1.0.json" + of).text, "added 0 of 1 runs\n");
  const Output fine = hermetric("history import " + kSamples + "hyperfine_1.19.json --machine box" + of);
  EXPECT_NE(fine.text.find("2 of 3 runs did not exit with 0"), std::string::npos) << fine.text;
  EXPECT_EQ(hermetric("history import --db h.db --project p " + kSamples + "action_benchmark.js").text,
            "added 4 of 4 runs\n");
  const std::string list = hermetric("history list --db h.db").text;
  for (const char* text : {"BM_Parse", "4 CPUs, 3.4 GHz", "./tool --size 2", "box", "C++ on Linux/BM_Copy", "unknown"})
    EXPECT_NE(list.find(text), std::string::npos) << text << '\n' << list;
}

TEST_F(FiguresCli, ImportsACsvInItsOrderAndAnalyzesIt) {
  std::string csv = "commit,build/wall_usec\n";
  for (int i = 0; i < 30; ++i)
    csv += "c" + std::to_string(i) + "," + std::to_string((i < 20 ? 1000 : 1100) + i % 3) + "\n";
  write("costs.csv", csv);
  EXPECT_EQ(hermetric("history import costs.csv --db h.db --project p").text, "added 30 of 30 runs\n");
  const json found = json::parse(hermetric("history analyze --db h.db --json").text);
  ASSERT_EQ(found.at("series").at(0).at("change_points").size(), 1U) << found;
  EXPECT_EQ(found["series"][0]["change_points"][0].at("commit"), "c20");
  EXPECT_EQ(hermetric("history export --format csv --db h.db").text, csv);
  const json bencher = json::parse(hermetric("history export --format bencher --db h.db").text);
  EXPECT_EQ(bencher, json({{"build", {{"wall_usec", {{"value", 1102}}}}}}));
  EXPECT_EQ(json::parse(hermetric("history export --format json --db h.db").text).at("schema"), "hermetric.history/1");
  EXPECT_TRUE(hermetric("history export --format openmetrics --db h.db").text.ends_with("# EOF\n"));
}

/// One of three values of each commit is a spike.
TEST_F(FiguresCli, AnalyzesTheMedianOrTheLeastOfEachCommit) {
  std::string csv = "commit,test/wall_usec\n";
  for (int i = 0; i < 20; ++i)
    for (int k = 0; k < 3; ++k)
      csv += "c" + std::to_string(i) + "," +
             std::to_string((i < 10 ? 1000 : 1100) + 3 * (i * 7 % 5) + (k == i % 3 ? 800 : 0)) + "\n";
  write("costs.csv", csv);
  ASSERT_EQ(hermetric("history import costs.csv --db h.db --project p").text, "added 60 of 60 runs\n");
  for (const char* per_commit : {"median", "least"}) {
    const Output analyzed = hermetric(std::string("history analyze --db h.db --json --per-commit ") + per_commit);
    const json series = json::parse(analyzed.text).at("series").at(0);
    EXPECT_EQ(series.at("values"), 20);
    ASSERT_EQ(series.at("change_points").size(), 1U) << analyzed.text;
    EXPECT_EQ(series["change_points"][0].at("commit"), "c10");
  }
}

TEST_F(FiguresCli, TakesTheTimesOfImportedCommitsFromGit) {
  const std::string git = "git -c user.name=n -c user.email=e -c init.defaultBranch=trunk ";
  const std::string commit = git + "commit -q --allow-empty -m one --date @1000000000 && git rev-parse HEAD >> ids";
  ASSERT_EQ(hermetric("--version >/dev/null; export GIT_COMMITTER_DATE=@2000000000; " + git + "init -q . && " + commit +
                      "; export GIT_COMMITTER_DATE=@1900000000; " + commit +
                      "; (echo commit,a; while read id; do echo $id,1; done < ids) > costs.csv")
                .code,
            0);
  ASSERT_EQ(hermetric("history import costs.csv --db h.db").text, "added 2 of 2 runs\n");
  const std::string shown = hermetric("history show a/value --db h.db").text;
  EXPECT_LT(shown.find("2030-03-17"), shown.find("2033-05-18")) << shown;
}

TEST_F(FiguresCli, TellsInOneLineWhatCannotBeImportedOrExported) {
  write("bad.json", "{\"benchmarks\": [\n{]}");
  write("bad.csv", "commit,a\nc1,x\n");
  write("good.csv", "commit,a\nc1,1\n");
  for (const auto& [words, says] : std::vector<std::pair<std::string, std::string>>{
           {"import bad.json --commit c --time @1", "history import: bad.json: parse error at line 2, column 2"},
           {"import bad.csv", "bad.csv:2:4: expected a number, found \"x\""},
           {"import good.csv --commit c", "good.csv: names its commits itself"},
           {"import /nope.json", "/nope.json: No such file"},
           {"import " + kSamples + "hyperfine_1.15.json", "no commit: not in a git work tree"},
           {"import", "FILE is required"},
           {"export --db h.db", "--format is required"},
           {"export --format xml --db h.db", "xml not in"},
           {"export --format csv --db h.db", "no series"}}) {
    const Output output = hermetric("history " + words);
    EXPECT_EQ(output.code, 125) << words;
    EXPECT_NE(output.text.find(says), std::string::npos) << words << ": " << output.text;
    EXPECT_EQ(std::count(output.text.begin(), output.text.end(), '\n'), 1) << words << ": " << output.text;
  }
}

}  // namespace
}  // namespace hermetric
