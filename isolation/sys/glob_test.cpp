#include "isolation/sys/glob.hpp"

#include <gtest/gtest.h>

#include <array>

namespace hermetric {
namespace {

struct GlobCase {
  const char* pattern;
  const char* path;
  bool match;
};

TEST(Glob, MatchesWholeComponents) {
  constexpr std::array<GlobCase, 26> kCases = {{{"a", "a", true},
                                                {"a", "b", false},
                                                {"a", "a/b", false},
                                                {"a/b", "a/b", true},
                                                {"./a//b", "a/b", true},
                                                {"*", "a", true},
                                                {"*", "a/b", false},
                                                {"*", ".hidden", true},
                                                {"*.log", "x.log", true},
                                                {"*.log", ".log", true},
                                                {"*.log", "d/x.log", false},
                                                {"?.o", "a.o", true},
                                                {"?.o", "ab.o", false},
                                                {"[a-c]x", "bx", true},
                                                {"[a-c]x", "dx", false},
                                                {"[!a-c]x", "dx", true},
                                                {"**", "a", true},
                                                {"**", "a/.b/c", true},
                                                {"build/**", "build", true},
                                                {"build/**", "build/a/b", true},
                                                {"build/**", "builds/a", false},
                                                {"**/x.log", "x.log", true},
                                                {"**/x.log", "a/b/x.log", true},
                                                {"a/**/z", "a/z", true},
                                                {"a/**/z", "a/b/c/z", true},
                                                {"a/**/z", "b/a/z", false}}};
  for (const GlobCase& example : kCases)
    EXPECT_EQ(glob_matches(example.pattern, example.path), example.match) << example.pattern << " and " << example.path;
}

TEST(Glob, SaysWhatIsWrongWithAPattern) {
  EXPECT_EQ(glob_problem("build/**"), "");
  EXPECT_EQ(glob_problem("a/../b"), "") << "stays inside";
  EXPECT_NE(glob_problem(""), "");
  EXPECT_NE(glob_problem("/etc/*"), "");
  EXPECT_NE(glob_problem("../x"), "");
  EXPECT_NE(glob_problem("a/../../x"), "");
}

TEST(Glob, ManyDoubleStarsAreNoTrap) {
  std::string pattern, path;
  for (int i = 0; i < 12; ++i) pattern += "**/a/";
  for (int i = 0; i < 60; ++i) path += "a/";
  EXPECT_FALSE(glob_matches(pattern + "z", path + "b"));
}

}  // namespace
}  // namespace hermetric
