// The real executable: hermetric noise.

#include <nlohmann/json.hpp>

#include "runner/cli/testing/figures_cli.hpp"

namespace hermetric {
namespace {

using nlohmann::json;
using testing::FiguresCli;
using testing::Output;

TEST_F(FiguresCli, MeasuresTheNoiseOfThisHost) {
  const Output output = hermetric("noise --time 0.3 --json");
  ASSERT_EQ(output.code, 0) << output.text;
  const json noise = json::parse(output.text);
  std::vector<std::string> names;
  for (const json& work : noise.at("work")) {
    names.push_back(work.at("name"));
    EXPECT_GE(work.at("values"), 2);
    EXPECT_GT(work.at("median_usec"), 0) << work;
    EXPECT_GE(work.at("variation"), 0);
    EXPECT_LE(work.at("visible_change").at("300"), work.at("visible_change").at("30")) << work;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"cpu wall", "cpu cpu", "memory wall", "memory cpu", "io wall"}));
  EXPECT_TRUE(noise.contains("steal") && noise.contains("warnings"));
}

TEST_F(FiguresCli, TellsTheNoiseInATable) {
  const Output output = hermetric("noise --time 0.1");
  EXPECT_EQ(output.code, 0) << output.text;
  EXPECT_NE(output.text.find("arithmetic in registers"), std::string::npos) << output.text;
  EXPECT_NE(output.text.find("steal: "), std::string::npos) << output.text;
}

TEST_F(FiguresCli, MeasuresNoNoiseWhereItCannotWrite) {
  EXPECT_EQ(hermetric("noise --time 0.1 --directory /nope").code, 125);
  EXPECT_EQ(hermetric("noise --time 0").code, 125);
}

}  // namespace
}  // namespace hermetric
