#include "reports/render/comparison.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

#include "reports/render/change_table.hpp"

namespace hermetric {
namespace {

TEST(ComparisonTable, ShowsUnitsChangeAndVerdict) {
  PairedComparison wall{.name = "wall_usec", .a = 1000, .b = 1100, .ratio = 1.1, .ratio_low = 1.05, .ratio_high = 1.15};
  wall.verdict = Verdict::kRegressed;
  PairedComparison faults{.name = "io.read_ops", .a = 0, .b = 5, .ratio = std::numeric_limits<double>::infinity()};
  const Table table = comparison_table(std::vector{wall, faults});
  EXPECT_EQ(table.text(),
            "METRIC             A        B    CHANGE        95 % INTERVAL  VERDICT\n"
            "wall_usec    1.00 ms  1.10 ms  +10.00 %  +5.00 % .. +15.00 %  regressed\n"
            "io.read_ops        0        5      +inf                    -  inconclusive\n");
  EXPECT_TRUE(table.markdown().starts_with(
      "| METRIC | A | B | CHANGE | 95 % INTERVAL | VERDICT |\n|---|--:|--:|--:|--:|---|\n"))
      << table.markdown();
}

TEST(ComparisonTable, EscapesMarkdownInNames) {
  PairedComparison metric{.name = "a|b<c"};
  EXPECT_NE(comparison_table(std::vector{metric}).markdown().find("| a\\|b\\<c |"), std::string::npos);
}

TEST(ComparisonJson, HasNullForWhatIsNoNumber) {
  PairedComparison metric{.name = "m", .ratio = std::numeric_limits<double>::infinity()};
  const auto json = comparison_to_json(std::vector{metric}).at("metrics").at(0);
  EXPECT_TRUE(json.at("ratio").is_null() && json.at("ratio_low").is_null() && json.at("rounds_needed").is_null());
  EXPECT_EQ(json.at("verdict"), "inconclusive");
}

TEST(ChangeTable, ListsTheLargestChangeFirst) {
  AnalyzedSeries series{"wall_usec", {"c0", "c1", "c2", "c3"}, {}};
  series.change_points.push_back(
      {.index = 1, .before = {1000, {}}, .after = {1100, {}}, .ratio = 1.1, .confidence = 0.97});
  series.change_points.push_back({.index = 3, .before = {1100, {}}, .after = {550, {}}, .ratio = 0.5, .confidence = 1});
  EXPECT_EQ(change_table(std::vector{series}).text(),
            "SERIES     COMMIT   BEFORE    AFTER    CHANGE  CONFIDENCE\n"
            "wall_usec  c3      1.10 ms   550 µs  -50.00 %     99.99 %\n"
            "wall_usec  c1      1.00 ms  1.10 ms  +10.00 %     97.00 %\n");
  const auto change = changes_to_json(std::vector{series}).at("series").at(0).at("change_points").at(0);
  EXPECT_EQ(change.at("commit"), "c1");
  EXPECT_EQ(change.at("previous_commit"), "c0");
  EXPECT_EQ(change.at("before"), 1000);
  EXPECT_TRUE(change.at("before_low").is_null());
}

}  // namespace
}  // namespace hermetric
