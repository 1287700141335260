#include "reports/interchange/history_export.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/interchange/series_csv.hpp"
#include "reports/model/json_text.hpp"
#include "reports/testing/golden.hpp"

namespace hermetric {
namespace {

using testing::expect_golden;

/// Two jobs, one with several values a commit and a gap, and a throughput of another program.
std::vector<ExportedSeries> history() {
  const auto point = [](const char* commit, std::int64_t time, double value) {
    return HistoryPoint{commit, "main", "", time, value};
  };
  return {{{1, {"p", "test, \"all\"", "wall_usec", "Xeon, 2 CPUs"}, 4, "c3", "", false},
           {point("c1", 100, 1'500'000), point("c1", 100, 1'600'000), point("c1", 100, 1'450'000),
            point("c3", 300, 1'700'000)}},
          {{2, {"p", "test, \"all\"", "memory.peak_bytes", "Xeon, 2 CPUs"}, 2, "c3", "", false},
           {point("c1", 100, 4096), {"c2", "main", "", 100, 8192, "01234567-89ab"}, point("c3", 300, 5e6)}},
          {{3, {"p", "read", "value", "unknown"}, 1, "c2", "MB/s", true}, {point("c2", 100, 913.5)}}};
}

std::string text_of(const nlohmann::ordered_json& json) {
  std::string text;
  append_json(text, json);
  return text + "\n";
}

TEST(HistoryExport, HasAFormForEachReader) {
  const auto series = history();
  const std::string golden = "reports/interchange/golden/history.";
  expect_golden(golden + "json", text_of(history_to_json(series)));
  expect_golden(golden + "csv", history_to_csv(series));
  expect_golden(golden + "bencher.json", text_of(history_to_bencher(series, "c1")));
  expect_golden(golden + "openmetrics", history_to_openmetrics(series));
  EXPECT_TRUE(history_to_bencher(series, "c9").empty());
}

TEST(HistoryExport, OfCsvIsReadAgain) {
  const auto csv = parse_csv(history_to_csv(history()), "f");
  ASSERT_TRUE(csv) << csv.error().message();
  const auto file = runs_of_csv(*csv);
  ASSERT_TRUE(file) << file.error().message();
  ASSERT_EQ(file->runs.size(), 5U);
  EXPECT_EQ(file->runs[0].figures[0].subject, "test, \"all\"");
  EXPECT_EQ(file->runs[0].figures[0].metric, "wall_usec");
  EXPECT_EQ(file->runs[2].figures[0].values, std::vector<double>{1'450'000});
}

TEST(HistoryExport, TellsSeriesApartAsShortlyAsItCan) {
  auto series = history();
  EXPECT_EQ(distinct_subjects(series)[0], "test, \"all\"");
  series.push_back(series[2]);
  series[3].info.key.project = "q";
  EXPECT_EQ(distinct_subjects(series)[3], "q/read");
  series.push_back(series[2]);
  series[4].info.key.machine = "Epyc";
  EXPECT_EQ(distinct_subjects(series)[4], "p/read (Epyc)");
}

}  // namespace
}  // namespace hermetric
