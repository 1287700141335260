#include "reports/model/report_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <random>

#include "reports/model/json_text.hpp"
#include "reports/model/signal_name.hpp"
#include "reports/testing/golden.hpp"
#include "reports/testing/sample_reports.hpp"

namespace hermetric {
namespace {

using testing::golden_report_text;
using ::testing::HasSubstr;

std::string error_of(const std::string& text) {
  const auto run = run_from_json_text(text);
  return run ? "no error" : run.error().message();
}

/// What the reader says of the full report with the value at `pointer` replaced.
std::string error_with(const char* pointer, const nlohmann::json& value) {
  auto report = nlohmann::json::parse(golden_report_text("full"));
  report[nlohmann::json::json_pointer(pointer)] = value;
  return error_of(report.dump());
}

TEST(ReportJson, GoldenReports) {
  testing::expect_golden("reports/model/golden/empty.json", run_to_json_text(testing::empty_run()));
  testing::expect_golden("reports/model/golden/full.json", run_to_json_text(testing::full_run()));
  testing::expect_golden("reports/model/golden/mixed.json", run_to_json_text(testing::mixed_run()));
}

TEST(ReportJson, EveryReportComesBackAsItWas) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const std::string text = run_to_json_text(testing::random_run(seed));
    const auto read = run_from_json_text(text);
    ASSERT_TRUE(read) << "seed " << seed << ": " << read.error().message();
    ASSERT_EQ(run_to_json_text(*read), text) << "seed " << seed;
  }
}

TEST(ReportJson, EveryFigureIsKnownOrUnavailableWithItsReason) {
  const auto report = nlohmann::json::parse(golden_report_text("mixed"));
  for (const auto& job : report.at("jobs")) {
    const auto figures = nlohmann::json({{"resources", job.at("resources")}, {"output", job.at("output")}}).flatten();
    for (const auto& [pointer, value] : figures.items()) {
      std::string path = pointer.substr(1);
      std::ranges::replace(path, '/', '.');
      EXPECT_EQ(value.is_null(), job.at("unavailable").contains(path)) << path;
    }
  }
}

TEST(ReportJson, UnknownFiguresKeepTheirReason) {
  const auto run = run_from_json_text(golden_report_text("mixed"));
  ASSERT_TRUE(run);
  const ResourceUsage& usage = run->jobs.front().resources;
  EXPECT_EQ(usage.counters.cycles, Measured::missing("perf events are not supported by this virtual machine"));
  EXPECT_EQ(usage.io.read_bytes, Measured::of(0, "cgroup v1 blkio"));
}

TEST(ReportJson, FigureThatIsNotThereIsMissing) {
  auto report = nlohmann::json::parse(golden_report_text("full"));
  report["jobs"][0]["resources"].erase("counters");
  const auto run = run_from_json_text(report.dump());
  ASSERT_TRUE(run) << run.error().message();
  EXPECT_EQ(run->jobs[0].resources.counters.cycles, Measured::missing("not in this report"));
}

TEST(ReportJson, EveryValueOfTheHostIsKnownOrUnavailableWithItsReason) {
  for (const char* name : {"empty", "full"}) {
    const auto host = nlohmann::json::parse(golden_report_text(name)).at("run").at("host");
    const auto values = host.flatten();
    for (const auto& [pointer, value] : values.items()) {
      std::string path = pointer.substr(1);
      std::ranges::replace(path, '/', '.');
      const bool list = path.starts_with("capabilities") || path.starts_with("controllers") ||
                        path.starts_with("warnings") || path.starts_with("sources") ||
                        path.starts_with("unavailable") || path.starts_with("settings.io_schedulers");
      if (list) continue;
      EXPECT_EQ(value.is_null(), host.at("unavailable").contains(path)) << path;
    }
  }
}

TEST(ReportJson, AnEarlierReportsHostLimitsAndInputsAreRead) {
  auto report = nlohmann::json::parse(golden_report_text("full"));
  auto& host = report["run"]["host"];
  for (const char* later : {"cores", "packages", "nodes", "swap_bytes", "capabilities", "controllers", "settings",
                            "before", "after", "sources", "unavailable"})
    host.erase(later);
  report["jobs"][0]["limits"].erase("cpuset_mems");
  report["jobs"][0].erase("inputs");
  const auto run = run_from_json_text(report.dump());
  ASSERT_TRUE(run) << run.error().message();
  EXPECT_EQ(run->host.hostname, "ci-7");
  EXPECT_EQ(run->host.swap, std::nullopt);
  EXPECT_FALSE(run->host.cores.known());
  EXPECT_EQ(run->jobs[0].limits.cpuset, "0-3,7");
  EXPECT_FALSE(run->jobs[0].inputs);
}

TEST(ReportJson, InvalidUtf8IsReplaced) {
  RunReport run = testing::full_run();
  run.jobs[0].name = "a\xff\xc3";
  run.jobs[0].isolation.namespaces["\xfe"] = 1;
  const auto read = run_from_json_text(run_to_json_text(run));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->jobs[0].name, "a\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(ReportJson, ErrorsSayWhereAndWhat) {
  EXPECT_THAT(error_of(""), HasSubstr("line 1, column 1"));
  EXPECT_THAT(error_of("{\n  \"schema\": }"), HasSubstr("line 2, column 13"));
  EXPECT_EQ(error_of("[]"), "document: expected an object, found a list");
  EXPECT_EQ(error_of("{}"), "schema: missing");
  EXPECT_EQ(error_with("/schema", "hermetric.report/2"), "schema: not hermetric.report/1");
  EXPECT_EQ(error_with("/jobs/0/name", 3), "jobs[0].name: expected text, found a number");
  EXPECT_EQ(error_with("/jobs/0/attempt", UINT64_MAX), "jobs[0].attempt: more than 4294967295");
  EXPECT_EQ(error_with("/jobs/0/outcome/status", "odd"), "jobs[0].outcome.status: not a status: \"odd\"");
  EXPECT_EQ(error_with("/jobs/0/outcome/signal", "SIGODD"), "jobs[0].outcome.signal: not a signal: \"SIGODD\"");
  EXPECT_EQ(error_with("/jobs/0/limits/oom", "maybe"), "jobs[0].limits.oom: not an OOM policy: \"maybe\"");
  EXPECT_EQ(error_with("/jobs/0/resources/io/read_bytes", -1),
            "jobs[0].resources.io.read_bytes: expected an unsigned integer, found a number");
  EXPECT_EQ(error_with("/jobs/0/samples/rows/1/2", nullptr),
            "jobs[0].samples.rows[1][2]: expected an unsigned integer, found null");
}

TEST(ReportJson, DamagedReportsAreErrorsOrReportsButNeverACrash) {
  const std::string whole = golden_report_text("full");
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string text = whole;
    for (int change = 0; change < 3; ++change) text[random() % text.size()] = static_cast<char>(random() % 256);
    text.resize(random() % 4 == 0 ? random() % text.size() : text.size());
    const auto run = run_from_json_text(text);
    EXPECT_TRUE(!run || run_from_json_text(run_to_json_text(*run)));
  }
}

TEST(ReportJson, DeepNestingIsAnError) { EXPECT_NE(error_of(std::string(1'000'000, '[')), "no error"); }

TEST(JsonText, PlainListsStandOnOneLine) {
  std::string text;
  append_json(text, {{"empty", nlohmann::ordered_json::array()}, {"rows", {{1, 2}, {"a", nullptr}}}});
  EXPECT_EQ(text, "{\n  \"empty\": [],\n  \"rows\": [\n    [1, 2],\n    [\"a\", null]\n  ]\n}");
}

TEST(SignalName, NamesAllSignalsAndBack) {
  EXPECT_EQ(signal_name(SIGKILL), "SIGKILL");
  EXPECT_EQ(signal_name(SIGRTMIN), "SIGRTMIN");
  EXPECT_EQ(signal_name(SIGRTMAX), "SIGRTMIN+" + std::to_string(SIGRTMAX - SIGRTMIN));
  for (int signal = 1; signal <= SIGRTMAX; ++signal) EXPECT_EQ(signal_number(signal_name(signal)), signal);
  EXPECT_EQ(signal_number("KILL"), std::nullopt);
}

}  // namespace
}  // namespace hermetric
