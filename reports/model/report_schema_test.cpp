#include "reports/model/report_schema.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/model/report_json.hpp"
#include "reports/testing/golden.hpp"
#include "reports/testing/json_schema.hpp"
#include "reports/testing/sample_reports.hpp"

namespace hermetric {
namespace {

using nlohmann::json;

class ReportSchema : public ::testing::Test {
 protected:
  [[nodiscard]] std::string complaint(const json& report) const { return schema_.complaint(report); }

 private:
  testing::JsonSchema schema_{report_schema()};
};

TEST_F(ReportSchema, GoldenReportsValidate) {
  ASSERT_FALSE(testing::golden_reports().empty());
  for (const std::string& name : testing::golden_reports())
    EXPECT_EQ(complaint(json::parse(testing::golden_report_text(name))), "") << name;
}

TEST_F(ReportSchema, AnyReportValidates) {
  // valijson takes what is above INT64_MAX for negative.
  for (unsigned seed = 0; seed < 25; ++seed)
    EXPECT_EQ(complaint(json::parse(run_to_json_text(testing::random_run(seed, INT64_MAX)))), "") << "seed " << seed;
}

TEST_F(ReportSchema, ReportWithoutAnyKeyDoesNotValidate) {
  const json whole = json::parse(testing::golden_report_text("full"));
  const json leaves = whole.flatten();
  for (const auto& [pointer, value] : leaves.items()) {
    json report = whole;
    const json::json_pointer leaf(pointer);
    json& parent = report[leaf.parent_pointer()];
    const bool may_be_absent =
        pointer.find("_usec/") != std::string::npos || pointer.find("/sources/") != std::string::npos ||
        pointer.find("/unavailable/") != std::string::npos || pointer.find("/io_schedulers/") != std::string::npos ||
        pointer.find("/namespaces/") != std::string::npos;
    if (!parent.is_object() || (may_be_absent && leaf.back() != "total")) continue;
    parent.erase(leaf.back());
    EXPECT_NE(complaint(report), "") << "without " << pointer;
  }
}

TEST_F(ReportSchema, ReportWithAStrayKeyDoesNotValidate) {
  for (const char* parent : {"",
                             "/run",
                             "/run/tool",
                             "/run/host/capabilities/0",
                             "/run/host/controllers/0",
                             "/jobs/0",
                             "/jobs/0/outcome",
                             "/jobs/0/phases",
                             "/jobs/0/resources",
                             "/jobs/0/resources/cpu",
                             "/jobs/0/resources/memory",
                             "/jobs/0/resources/io",
                             "/jobs/0/resources/pids",
                             "/jobs/0/resources/network",
                             "/jobs/0/resources/pressure",
                             "/jobs/0/resources/pressure/io",
                             "/jobs/0/resources/context_switches",
                             "/jobs/0/resources/counters",
                             "/jobs/0/resources/workspace",
                             "/jobs/0/limits",
                             "/jobs/0/limits/io_max/0",
                             "/jobs/0/isolation",
                             "/jobs/0/inputs",
                             "/jobs/0/denied/0",
                             "/jobs/0/output",
                             "/jobs/0/artifacts/0",
                             "/jobs/0/samples"}) {
    json report = json::parse(testing::golden_report_text("full"));
    report[json::json_pointer(parent)]["stray"] = 1;
    EXPECT_NE(complaint(report), "") << parent;
  }
}

TEST_F(ReportSchema, ReportWithAWrongValueDoesNotValidate) {
  const std::vector<std::pair<const char*, json>> wrong = {
      {"/schema", "hermetric.report/2"},
      {"/run/started_at", "yesterday"},
      {"/run/wall_usec", nullptr},
      {"/run/host/cgroup", "v3"},
      {"/run/host/cores", "two"},
      {"/run/host/settings/turbo", "maybe"},
      {"/run/host/controllers/0/version", "v3"},
      {"/run/host/capabilities/0/available", nullptr},
      {"/run/host/before/running_tasks", -1},
      {"/run/host/unavailable/after.core_throttles", ""},
      {"/jobs/0/attempt", 0},
      {"/jobs/0/command", "make"},
      {"/jobs/0/outcome/status", "fine"},
      {"/jobs/0/outcome/exit_code", 256},
      {"/jobs/0/outcome/signal", "KILL"},
      {"/jobs/0/phases/run_usec", -1},
      {"/jobs/0/phases/setup_usec/cgroup", nullptr},
      {"/jobs/0/resources/wall_usec", 1.5},
      {"/jobs/0/resources/io/read_bytes", "12"},
      {"/jobs/0/resources/pressure/io/full_usec", -1},
      {"/jobs/0/sources/resources.io.read_bytes", nullptr},
      {"/jobs/0/unavailable/elsewhere", "no"},
      {"/jobs/0/unavailable/resources.pids.peak", ""},
      {"/jobs/0/limits/cpus", 0},
      {"/jobs/0/limits/cpu_weight", 10001},
      {"/jobs/0/limits/oom", "panic"},
      {"/jobs/0/isolation/cgroup", "V2"},
      {"/jobs/0/inputs/settings", nullptr},
      {"/jobs/0/artifacts/0/sha256", "abc"},
      {"/jobs/0/samples/rows/0/0", nullptr},
  };
  for (const auto& [pointer, value] : wrong) {
    json report = json::parse(testing::golden_report_text("full"));
    report[json::json_pointer(pointer)] = value;
    EXPECT_NE(complaint(report), "") << pointer;
  }
}

}  // namespace
}  // namespace hermetric
