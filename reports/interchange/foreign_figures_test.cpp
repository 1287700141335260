#include "reports/interchange/foreign_figures.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "reports/interchange/series_csv.hpp"
#include "reports/interchange/timestamp.hpp"
#include "reports/testing/golden.hpp"

namespace hermetric {
namespace {

using ::testing::HasSubstr;

/// All that a reader found, a line a figure.
std::string dump(const Result<ForeignFile>& file) {
  if (!file) return "error: " + file.error().message() + "\n";
  std::string text;
  for (const std::string& warning : file->warnings) text += "warning: " + warning + "\n";
  for (const ForeignRun& run : file->runs) {
    text += fmt::format("run of commit \"{}\" at {} on \"{}\"\n", run.commit,
                        run.time ? std::to_string(*run.time) : "?", run.machine);
    for (const ForeignFigure& figure : run.figures)
      text += fmt::format("  {} | {} | {} | {} | {:.6g}\n", figure.subject, figure.metric, figure.unit,
                          figure.bigger_is_better ? "bigger" : "smaller", fmt::join(figure.values, " "));
  }
  return text;
}

std::string golden_text(const std::string& name) {
  return testing::read_text(testing::source_path("reports/interchange/golden/" + name));
}

TEST(ForeignFigures, AreReadFromFilesOfOldAndNewPrograms) {
  for (const char* name :
       {"google_benchmark_1.0.json", "google_benchmark_1.7.json", "google_benchmark_1.7_aggregates.json",
        "hyperfine_1.15.json", "hyperfine_1.19.json", "action_benchmark.js"})
    testing::expect_golden(std::string("reports/interchange/golden/") + name + ".figures",
                           dump(read_foreign_json(golden_text(name))));
}

TEST(ForeignFigures, OfDataJsAreThoseOfTheJsonInIt) {
  const std::string script = golden_text("action_benchmark.js");
  EXPECT_EQ(dump(read_foreign_json(script.substr(script.find('{')))), dump(read_foreign_json(script)));
  EXPECT_EQ(dump(read_foreign_json(script + ";\n")), dump(read_foreign_json(script)));
}

/// The library that is installed, whatever its version.
TEST(ForeignFigures, AreReadFromGoogleBenchmarkItself) {
  benchmark::RegisterBenchmark("BM_Count/fast",
                               [](benchmark::State& state) {
                                 for (auto _ : state) benchmark::DoNotOptimize(state.iterations());
                                 state.SetItemsProcessed(state.iterations());
                                 state.counters["nothing"] = std::nan("");
                                 state.counters["depth"] = 7;
                               })
      ->Iterations(1000)
      ->Repetitions(4);
  benchmark::RegisterBenchmark("BM_Broken", [](benchmark::State& state) { state.SkipWithError("no such file"); });
  std::ostringstream json, errors;
  benchmark::JSONReporter reporter;
  reporter.SetOutputStream(&json);
  reporter.SetErrorStream(&errors);
  benchmark::RunSpecifiedBenchmarks(&reporter);
  const auto file = read_google_benchmark(json.str());
  ASSERT_TRUE(file) << file.error().message() << json.str();
  EXPECT_EQ(file->warnings, std::vector<std::string>{"BM_Broken failed and is left out: no such file"});
  std::vector<std::string> metrics;
  for (const ForeignFigure& figure : file->runs.at(0).figures) {
    EXPECT_THAT(figure.subject, HasSubstr("BM_Count/fast"));
    EXPECT_EQ(figure.values.size(), 4U) << figure.metric;
    metrics.push_back(figure.metric);
  }
  EXPECT_THAT(metrics, ::testing::UnorderedElementsAre("real_time_nsec", "cpu_time_nsec", "depth", "items_per_second"));
}

TEST(ForeignFigures, SayWhatIsWrongAndWhere) {
  for (const auto& [text, says] : std::vector<std::pair<std::string, std::string>>{
           {"", "line 1, column 1"},
           {"{\n  \"benchmarks\": [\n    {\"name\": }]}", "line 3, column 14"},
           {"[]", "expected JSON of Google Benchmark"},
           {"{}", "expected JSON of Google Benchmark"},
           {R"({"benchmarks": {}})", "benchmarks: expected a list, found an object"},
           {R"({"benchmarks": []})", "benchmarks: no benchmark that ran"},
           {R"({"benchmarks": [{"real_time": 1}]})", "benchmarks[0].name: missing"},
           {R"({"benchmarks": [{"name": "a"}]})", "benchmarks[0].real_time: missing"},
           {R"({"benchmarks": [{"name": "a", "real_time": "1"}]})",
            "benchmarks[0].real_time: expected a number, found text"},
           {R"({"benchmarks": [{"name": "a", "real_time": 1, "time_unit": "h"}]})",
            "benchmarks[0].time_unit: expected ns, us, ms or s, found \"h\""},
           {R"({"results": [{"command": "a"}]})", "results[0].median: missing"},
           {R"({"results": [{"command": "a", "times": [1, 2], "exit_codes": [0]}]})",
            "results[0].exit_codes: expected 2 as in times, found 1"},
           {R"({"results": [{"command": "a", "times": [1], "exit_codes": [1]}]})", "results: no command that exited"},
           {R"({"entries": {}})", "entries: no benchmark in them"},
           {R"({"entries": {"s": [{"commit": {"id": "c", "timestamp": "noon"}, "benches": []}]}})",
            "entries.s[0].commit.timestamp: expected a time"},
           {R"({"entries": {"s": [{"commit": {"id": "c"}, "benches": []}]}})", "entries.s[0].date: missing"},
           {"window.BENCHMARK_DATA = {\n\"entries\": ?}", "line 2, column 12"}}) {
    const auto file = read_foreign_json(text);
    ASSERT_FALSE(file) << text;
    EXPECT_THAT(file.error().message(), HasSubstr(says)) << text;
  }
}

TEST(SeriesCsv, HasARunARow) {
  const auto csv = parse_csv("commit,build/wall_usec,speed\nc1,10,1.5\nc2,,2\nc2,12,\nc3,,\n", "f.csv");
  ASSERT_TRUE(csv);
  EXPECT_EQ(dump(runs_of_csv(*csv)),
            "run of commit \"c1\" at ? on \"\"\n"
            "  build | wall_usec |  | smaller | 10\n"
            "  speed | value |  | smaller | 1.5\n"
            "run of commit \"c2\" at ? on \"\"\n"
            "  speed | value |  | smaller | 2\n"
            "run of commit \"c2\" at ? on \"\"\n"
            "  build | wall_usec |  | smaller | 12\n");
}

TEST(SeriesCsv, SaysWhatIsWrongAndWhere) {
  for (const auto& [text, says] : std::vector<std::pair<std::string, std::string>>{
           {"commit\nc\n", "f.csv:1:1: expected a column of commits and at least one series"},
           {"commit,a,a\nc,1,2\n", "f.csv:1:10: the series \"a\" is there twice"},
           {"commit,a\n,1\n", "f.csv:2:1: expected a commit, found nothing"},
           {"commit,a\nc,fast\n", "f.csv:2:3: expected a number, found \"fast\""},
           {"commit,a\nc,\n", "f.csv: no values in it"}}) {
    const auto csv = parse_csv(text, "f.csv");
    ASSERT_TRUE(csv);
    const auto file = runs_of_csv(*csv);
    ASSERT_FALSE(file) << text;
    EXPECT_EQ(file.error().message(), says);
  }
}

TEST(Timestamp, IsReadWithItsOffset) {
  EXPECT_EQ(parse_timestamp("1970-01-02"), 86400);
  EXPECT_EQ(parse_timestamp("1970-01-01T01:00:00Z"), 3600);
  EXPECT_EQ(parse_timestamp("1970-01-01T01:00:00.25+01:00"), 0);
  for (const char* text : {"", "now", "1970-01-01T01:00:00", "1970-13-01", "1970-01-01T01:00:00Z "})
    EXPECT_FALSE(parse_timestamp(text)) << text;
}

}  // namespace
}  // namespace hermetric
