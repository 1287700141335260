#include "runner/compare/parameters.hpp"

#include <gtest/gtest.h>

namespace hermetric {
namespace {

TEST(Parameters, AreAListOfValues) {
  const Parameter parameter = parse_parameter("LEVEL=-O1,-O2,").value();
  EXPECT_EQ(parameter.name, "LEVEL");
  EXPECT_EQ(parameter.values, (std::vector<std::string>{"-O1", "-O2", ""}));
  EXPECT_EQ(parse_parameter("x=a=b").value().values, std::vector<std::string>{"a=b"});
  EXPECT_FALSE(parse_parameter("LEVEL"));
  EXPECT_FALSE(parse_parameter("=1"));
}

TEST(Parameters, AreCombined) {
  const auto bindings = all_bindings({{"a", {"1", "2"}}, {"b", {"x", "y"}}}).value();
  ASSERT_EQ(bindings.size(), 4U);
  EXPECT_EQ(substitute("{a}{b}", bindings[1]), "1y");
  EXPECT_EQ(substitute("{a}{b}", bindings[2]), "2x");
  EXPECT_EQ(all_bindings({}).value().size(), 1U);
  EXPECT_FALSE(all_bindings({{"a", {"1"}}, {"a", {"2"}}}));
}

TEST(Parameters, ReplaceTheirNameInBracesOnly) {
  const Binding binding = {{"n", "7"}, {"m", "{n}"}};
  EXPECT_EQ(substitute("x{n} {k} {n n} {}", binding), "x7 {k} {n n} {}");
  EXPECT_EQ(substitute("{m}", binding), "{n}") << "a value is no text to replace in";
}

}  // namespace
}  // namespace hermetric
